"""The requirements graph: scopes, knowledge, services, imports, and graphs that cannot be."""

from decimal import Decimal

import pytest
from small_decisions import decide, decision, definitions, input_data, literal, model, needs

from flowcase.dmn import Model
from flowcase.errors import InvalidDefinition, NotFound
from flowcase.feel import FeelLimitError
from flowcase.modeling.read_dmn import load_dmn, read_dmn


def knowledge(id_, parameters, body, *, requires=(), type_ref=None, name=None):
    formal = "".join(
        f'<formalParameter name="{each}"' + (f' typeRef="{kind}"/>' if kind else "/>")
        for each, kind in parameters
    )
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<businessKnowledgeModel id="{id_}" name="{name or id_}"><variable name="{name or id_}"{typed}/>'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{''.join(requires)}</businessKnowledgeModel>"
    )


def service(id_, output, *, encapsulated=(), input_decisions=(), inputs=()):
    members = "".join(f'<outputDecision href="#{each}"/>' for each in output)
    members += "".join(f'<encapsulatedDecision href="#{each}"/>' for each in encapsulated)
    members += "".join(f'<inputDecision href="#{each}"/>' for each in input_decisions)
    members += "".join(f'<inputData href="#{each}"/>' for each in inputs)
    return f'<decisionService id="{id_}" name="{id_}"><variable name="{id_}"/>{members}</decisionService>'


def test_a_decision_sees_what_it_requires_under_names_with_blanks():
    result = decide(
        input_data("i", "number", name="Monthly income"),
        decision("y", literal("Monthly income * 12"), requires=[needs("Input", "i")], name="Yearly income"),
        decision("d", literal("Yearly income + 1"), requires=[needs("Decision", "y")]),
        **{"Monthly income": Decimal(10)},
    )

    assert result.value == 121
    assert [(step.kind, step.id) for step in result.record.steps] == [("decision", "y"), ("decision", "d")]


def test_a_required_decision_is_evaluated_once():
    parts = [
        decision("a", literal("1")),
        decision("b", literal("a + 1"), requires=[needs("Decision", "a")]),
        decision("c", literal("a + b"), requires=[needs("Decision", "a"), needs("Decision", "b")]),
    ]

    record = decide(*parts, of="c").record

    assert [step.id for step in record.steps].count("a") == 1


def test_a_decision_that_is_not_required_is_not_seen():
    assert decide(decision("a", literal("1")), decision("d", literal("a"))).value is None


def test_variables_without_drawn_input_data_are_taken_as_they_come():
    assert decide(decision("d", literal("sag.status")), sag={"status": "aaben"}).value == "aaben"


def test_a_chain_of_a_thousand_decisions_is_evaluated():
    parts = [decision("d0", literal("0"))]
    parts += [
        decision(f"d{n}", literal(f"d{n - 1} + 1"), requires=[needs("Decision", f"d{n - 1}")])
        for n in range(1, 1000)
    ]

    assert decide(*parts, of="d999").value == 999


def test_input_data_of_the_wrong_type_is_null_with_a_warning():
    parts = [input_data("i", "number"), decision("d", literal("i"), requires=[needs("Input", "i")])]

    result = decide(*parts, i="text")

    assert result.value is None
    assert "The input 'i'" in result.record.warnings[0].message


def test_a_business_knowledge_model_is_called_by_name_and_by_position():
    parts = [
        knowledge("double", [("x", "number")], literal("x * 2"), name="twice as much"),
        decision(
            "d", literal("twice as much(2) + twice as much(x: 3)"), requires=[needs("Knowledge", "double")]
        ),
    ]

    result = decide(*parts)

    assert result.value == 10
    assert [step.kind for step in result.record.steps] == ["knowledge", "knowledge", "decision"]


def test_an_argument_of_the_wrong_type_makes_the_call_null_without_evaluating_the_body():
    parts = [
        knowledge("f", [("x", "number")], literal('"called"')),
        decision("d", literal('f("text")'), requires=[needs("Knowledge", "f")]),
    ]

    result = decide(*parts)

    assert result.value is None
    assert [step.id for step in result.record.steps] == ["d"]


def test_a_result_of_the_wrong_type_is_null():
    parts = [
        knowledge("f", [("x", None)], literal("x"), type_ref="number"),
        decision("d", literal('[f(1), f("text")]'), requires=[needs("Knowledge", "f")]),
    ]

    assert decide(*parts).value == [1, None]


def test_knowledge_may_use_other_knowledge_and_itself():
    parts = [
        knowledge("g", [("x", None)], literal("x + 1")),
        knowledge(
            "f",
            [("n", None)],
            literal("if n = 0 then 0 else g(f(n - 1))"),
            requires=[needs("Knowledge", "g")],
        ),
        decision("d", literal("f(5)"), requires=[needs("Knowledge", "f")]),
    ]

    assert decide(*parts).value == 5


def test_knowledge_that_never_ends_is_stopped():
    parts = [
        knowledge("f", [("n", None)], literal("f(n) + f(n)")),
        decision("d", literal("f(1)"), requires=[needs("Knowledge", "f")]),
    ]

    with pytest.raises(FeelLimitError):
        decide(*parts)


SERVICE_PARTS = [
    input_data("rate", "number"),
    decision("base", literal("100")),
    decision("inner", literal("base * rate"), requires=[needs("Decision", "base"), needs("Input", "rate")]),
    decision("out", literal("inner + 1"), requires=[needs("Decision", "inner")]),
    service("s", ["out"], encapsulated=["inner"], input_decisions=["base"], inputs=["rate"]),
    service("two", ["out", "inner"], inputs=["rate"]),
]


def test_a_decision_service_takes_input_data_before_input_decisions():
    parts = [*SERVICE_PARTS, decision("d", literal("s(3, 10)"), requires=[needs("Knowledge", "s")])]

    assert decide(*parts).value == 31


def test_values_handed_to_a_service_do_not_leak_into_the_caller():
    text = "[s(3, 10), base, s(base: 1, rate: 1)]"
    parts = [
        *SERVICE_PARTS,
        decision("d", literal(text), requires=[needs("Knowledge", "s"), needs("Decision", "base")]),
    ]

    assert decide(*parts, rate=Decimal(7)).value == [31, 100, 2]


def test_a_service_is_evaluated_directly_and_gives_a_context_for_several_outputs():
    read = model(*SERVICE_PARTS)

    assert read.evaluate_service("s", {"rate": Decimal(2), "base": Decimal(5)}).value == 11
    assert read.evaluate_service("two", {"rate": Decimal(2)}).value == {"out": 201, "inner": 200}


def test_knowledge_is_called_directly():
    read = model(knowledge("f", [("x", "number")], literal("x * 2")))

    assert read.call_knowledge("f", {"x": Decimal(4)}).value == 8


def test_a_decision_is_found_by_id_or_name_and_nothing_else():
    read = model(decision("id_1", literal("1"), name="The name"))

    assert read.evaluate("id_1", {}).value == read.evaluate("The name", {}).value == 1
    with pytest.raises(NotFound):
        read.evaluate("other", {})


LIBRARY = definitions(
    '<itemDefinition name="tSmall"><typeRef>number</typeRef>'
    "<allowedValues><text>&lt; 10</text></allowedValues></itemDefinition>",
    input_data("in", "number", name="Given value"),
    decision("lib d", literal("Given value + 1"), requires=[needs("Input", "in")], name="Next one"),
    knowledge("lib_f", [("x", None)], literal("x * 2"), name="Twice it"),
    namespace="urn:library",
)


def importing(name: str, text: str, type_ref: str) -> Model:
    content = definitions(
        f'<import namespace="urn:library" name="{name}" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
        decision(
            "d",
            literal(text),
            requires=[needs("Decision", "urn:library#lib d"), needs("Knowledge", "urn:library#lib_f")],
            type_ref=type_ref,
        ),
    )
    return read_dmn(content, "main.dmn", imports={"urn:library": LIBRARY})


def test_imported_decisions_knowledge_and_types_are_seen_under_the_imports_name():
    read = importing("my lib", "my lib.Twice it(my lib.Next one)", "my lib.tSmall")

    assert read.evaluate("d", {"Given value": Decimal(3)}).value == 8
    assert read.evaluate("d", {"{urn:library}Given value": Decimal(3), "Given value": Decimal(9)}).value == 8
    assert read.evaluate("d", {"Given value": Decimal(30)}).value is None


def test_an_import_without_name_brings_its_elements_unqualified():
    assert importing("", "Twice it(Next one)", "tSmall").evaluate("d", {"Given value": Decimal(3)}).value == 8


def test_the_same_content_is_read_once_unless_it_asks_for_other_files():
    alone = definitions(decision("d", literal("1")))
    asking = definitions(
        IMPORT, decision("d", literal("x.f(1)"), requires=[needs("Knowledge", "urn:x#f")], type_ref="number")
    )
    others = [
        definitions(knowledge("f", [("n", None)], literal(t), name="f"), namespace="urn:x") for t in "23"
    ]

    assert read_dmn(alone, "main.dmn") is read_dmn(alone, "main.dmn", imports={"urn:x": others[0]})
    with pytest.raises(InvalidDefinition):
        read_dmn(asking, "main.dmn")
    found = [read_dmn(asking, "main.dmn", imports={"urn:x": other}) for other in others]
    assert [read.evaluate("d", {}).value for read in found] == [2, 3]


def refusals(*parts, **more):
    with pytest.raises(InvalidDefinition) as caught:
        read_dmn(definitions(*parts, **more), "main.dmn")
    return [(finding.rule, finding.element) for finding in caught.value.findings]


IMPORT = '<import namespace="urn:x" name="x" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'


def test_an_import_that_is_not_given_is_refused():
    assert refusals(IMPORT, decision("d", literal("1"))) == [("dmn-import-missing", "file")]


def test_an_import_of_something_else_is_refused():
    pmml = '<import namespace="urn:x" name="x" importType="http://www.dmg.org/PMML-4_2"/>'

    assert refusals(pmml, decision("d", literal("1"))) == [("dmn-import-type", "file")]


def test_files_that_import_each_other_are_refused():
    back = IMPORT.replace("urn:x", "urn:test")
    other = definitions(back, decision("e", literal("1")), namespace="urn:x")

    with pytest.raises(InvalidDefinition) as caught:
        read_dmn(definitions(IMPORT, decision("d", literal("1"))), "main.dmn", imports={"urn:x": other})

    assert [finding.rule for finding in caught.value.findings] == ["dmn-import-cycle"]


def test_decisions_that_require_each_other_are_refused_and_do_not_hang():
    parts = [
        decision("a", literal("b"), requires=[needs("Decision", "b")]),
        decision("b", literal("a"), requires=[needs("Decision", "a")]),
    ]

    assert [rule for rule, _ in refusals(*parts)] == ["dmn-requirement-cycle"]
    read, _ = load_dmn(definitions(*parts), "main.dmn")
    assert read.evaluate("a", {}).value is None


def test_a_requirement_that_leads_nowhere_is_refused_with_its_element():
    assert refusals(decision("d", literal("1"), requires=[needs("Decision", "gone")])) == [
        ("dmn-reference-unknown", "d")
    ]

"""Models that ask for too much end in a clear error, quickly."""

import time
from decimal import Decimal

import pytest
from small_decisions import decide, decision, definitions, literal, model, needs, table

from flowcase.feel import FeelLimitError
from flowcase.modeling.read_dmn import check_dmn, load_dmn

SECONDS = 5.0


def knowledge(number, text, requires=""):
    return (
        f'<businessKnowledgeModel id="k{number}" name="k{number}"><variable name="k{number}"/>'
        f"<encapsulatedLogic>{literal(text)}</encapsulatedLogic>{requires}</businessKnowledgeModel>"
    )


def chain(length):
    parts = [knowledge(0, "1")]
    for number in range(1, length):
        before = f"k{number - 1}"
        parts.append(knowledge(number, f"{before}() + {before}()", needs("Knowledge", before)))
    return "".join(parts)


@pytest.mark.parametrize("length", [20, 1000])
def test_knowledge_that_calls_knowledge_twice_at_each_level_is_stopped(length):
    last = f"k{length - 1}"
    read = model(chain(length), decision("d", literal(f"{last}()"), requires=[needs("Knowledge", last)]))

    started = time.process_time()
    with pytest.raises(FeelLimitError):
        read.evaluate("d", {})

    assert time.process_time() - started < SECONDS


def test_a_text_doubled_by_sixty_decisions_is_stopped():
    parts = [decision("d0", literal('"ab"'))]
    for number in range(1, 60):
        before = f"d{number - 1}"
        parts.append(
            decision(f"d{number}", literal(f"{before} + {before}"), requires=[needs("Decision", before)])
        )

    with pytest.raises(FeelLimitError):
        decide(*parts, of="d59")


def test_a_service_that_calls_itself_is_stopped():
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#d"/></decisionService>'
    )

    with pytest.raises(FeelLimitError):
        decide(service, decision("d", literal("s()"), requires=[needs("Knowledge", "s")]))


def test_eighty_contexts_inside_each_other_are_evaluated():
    logic = literal("1")
    for _ in range(80):
        logic = f'<context><contextEntry><variable name="a"/>{logic}</contextEntry></context>'

    value = decide(decision("d", logic)).value

    for _ in range(80):
        value = value["a"]
    assert value == 1


def test_types_that_lead_to_each_other_three_thousand_times_are_followed():
    types = "".join(
        f'<itemDefinition name="t{number}"><typeRef>t{number + 1}</typeRef></itemDefinition>'
        for number in range(3000)
    )

    read, findings = load_dmn(definitions(types, decision("d", literal("1"), type_ref="t0")), "x.dmn")

    assert [finding.rule for finding in findings] == ["dmn-unknown-type"]
    assert read.evaluate("d", {}).value == 1


def test_a_wide_table_of_crossing_ranges_is_checked_without_hanging():
    columns = [f"x{number}" for number in range(12)]
    rules = [
        [f"[{(row * place) % 7}..{(row * place) % 7 + 3}]" for place in range(12)] + ["1"]
        for row in range(400)
    ]

    started = time.process_time()
    check_dmn(definitions(decision("d", table(columns, ["o"], rules))), "x.dmn")

    assert time.process_time() - started < SECONDS


def test_knowledge_may_call_itself_forty_times():
    parts = [
        '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>'
        f'<formalParameter name="n"/>{literal("if n <= 1 then 1 else n + f(n - 1)")}'
        "</encapsulatedLogic></businessKnowledgeModel>",
        decision("d", literal("f(x)"), requires=[needs("Knowledge", "f")]),
    ]

    assert decide(*parts, x=Decimal(40)).value == 820

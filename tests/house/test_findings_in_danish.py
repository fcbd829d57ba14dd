"""Whatever the deploy check says, the studio says in Danish too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowcase.modeling import Catalogue, Finding, Severity, check_bundle
from flowcase.modeling.zeebe import EXTENSIONS
from flowcase.services.deploying.scenario_check import check_scenarios
from flowcase.services.deploying.scenario_files import ScenarioError, read_text
from flowcase.web.words.findings_in_danish import catalogue, in_danish

SOURCE = Path(__file__).parents[2] / "src/flowcase"
# Modules that make sentences for other readers: pages of the documentation, zips, drawings, templates.
OTHERS = {
    "dialect",
    "element_templates",
    "finding",
    "landscape",
    "other_rules",
    "pages",
    "process_archive",
    "rule_registry",
    "words",
    "zeebe",
    "form_properties",
}
MODULES = sorted(
    path
    for path in [
        *(SOURCE / "modeling").rglob("*.py"),
        SOURCE / "dmn/check.py",
        SOURCE / "services/deploying/rule_set_check.py",
        SOURCE / "services/deploying/scenario_check.py",
        SOURCE / "services/deploying/scenario_files.py",
    ]
    if path.stem not in OTHERS
)


def sentences(tree: ast.Module) -> Iterator[str]:
    """Every text of a module that reads like a sentence, with {} where something is put in."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                passed.add(id(first.value))
        if isinstance(node, ast.JoinedStr):
            passed.update(id(inner) for inner in ast.walk(node) if inner is not node)
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if (
            not {"\n", "\\"} & set(text)
            and " " in text
            and len(text) > 6
            and text.rstrip().endswith((".", "?", ". "))
            and not text[0].islower()
        ):
            yield text


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_sentence_of_the_check_has_its_danish(module):
    said = set(sentences(ast.parse(module.read_text("utf-8"))))

    assert sorted(said - set(catalogue())) == []


def test_the_danish_takes_in_as_much_as_the_english():
    assert all(danish for danish in catalogue().values())
    assert {e for e, d in catalogue().items() if e.count("{}") != d.count("{}")} == set()


def test_what_is_put_in_is_in_danish_where_it_is_a_sentence_or_a_word():
    assert in_danish("The rule 'T05' names no source.") == "Reglen »T05« nævner ingen kilde."
    assert in_danish("The setting 'x_dage' counts days, but its value is no number from 0 up.") == (
        "Indstillingen »x_dage« tæller dage, men dens værdi er ikke et tal fra 0 og op."
    )
    wrong = "Did you mean 'name'? Correct its name, or remove it."
    assert in_danish(wrong) == "Mente du »name«? Ret navnet, eller fjern den."
    assert (
        in_danish("No flow leaves this userTask.") == "Intet flow fører ud af dette element (brugeropgave)."
    )
    gap = 'No rule matches when Art = "mad and or" and Nr. < 1 or (1..2). There are further gaps.'
    assert in_danish(gap) == (
        'Ingen regel rammer, når Art = "mad and or" og Nr. < 1 eller (1..2). Der er flere huller.'
    )
    overlap = 'Rules 1 and 2 both match when Art = "a and b" and Nr. in [1..2], but the hit policy is UNIQUE.'
    assert in_danish(overlap) == (
        'Regel 1 og 2 rammer begge når Art = "a and b" og Nr. i [1..2], men kun én må (UNIQUE, entydig).'
    )
    every = "Rules 1 and 2 both match for every input, but they have different outputs (ANY)."
    assert in_danish(every) == (
        "Regel 1 og 2 rammer begge for alle input, men svarer forskelligt (ANY, vilkårlig)."
    )
    sizes = [in_danish(f"This process has 9 {what}, more than 8.") for what in ("elements", "sequence flows")]
    assert sizes == ["Processen har 9 elementer, mere end 8.", "Processen har 9 pile, mere end 8."]
    assert in_danish("This process has 9 entries, more than 8.") == (
        "Processen har 9 dele i sin tekst, mere end 8."
    )
    assert in_danish("No such sentence was ever said by anything.") is None


def test_the_nearest_name_is_proposed_in_danish_before_every_remedy():
    drawn = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        b'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="besoeg" isExecutable="true">'
        b'<startEvent id="s"><extensionElements><zeebe:properties>'
        b'<zeebe:property name="flowcase.starter" value="fronten"/></zeebe:properties></extensionElements>'
        b'</startEvent><userTask id="u"><extensionElements><zeebe:formDefinition formId="svaret"/>'
        b'<zeebe:assignmentDefinition candidateGroups="frontn"/></extensionElements></userTask>'
        b'<callActivity id="c"><extensionElements><zeebe:calledElement processId="besoeget"/>'
        b"</extensionElements></callActivity></process></definitions>"
    )
    form = b'{"id": "svarer", "type": "default", "components": []}'
    known = Catalogue(groups={"fronten"}, forms=set(), processes=set(), job_types=set(), decisions=set())
    found = check_bundle({"a.bpmn": drawn, "b.form": form}, known)

    proposed = {each.rule: in_danish(each.remedy) for each in found if "Did you mean" in each.remedy}

    assert proposed.keys() >= {"called-process", "form-reference", "candidate-group", "flowcase-property"}
    assert proposed["called-process"] == "Mente du »besoeg«? Sæt den kaldte proces i drift sammen med denne."
    assert [rule for rule, danish in proposed.items() if not (danish or "").startswith("Mente du »")] == []


@pytest.mark.parametrize(
    ("file", "danish"),
    [
        (
            "<a>\n<process></a>",
            "elementet »process«, der begynder i linje 2, er ikke lukket, hvor »a« lukkes",
        ),
        ("<a>\n<b>", "elementet »b«, der begynder i linje 2, bliver aldrig lukket"),
        ("<zeebe:a/>", "præfikset »zeebe« foran elementet »a« er ikke erklæret (xmlns mangler)"),
        (
            '<a x:b="1"/>',
            "præfikset »x« foran attributten »b« i elementet »a« er ikke erklæret (xmlns mangler)",
        ),
        ("<a>&nbsp;</a>", "betegnelsen »nbsp« mellem & og ; er ikke kendt i XML"),
        ('<a name="1" name="2"/>', "attributten »name« står to gange i samme element"),
        ("<a>barn & ung</a>", "et & står alene; det skrives &amp;"),
        ('<a b="x < y"/>', "et < står i en attributs værdi; det skrives &lt;"),
        ("<a b=1/>", "en attributs værdi står ikke i anførselstegn"),
        ('<a b="x/>', "en attributs værdi mangler sit sidste anførselstegn"),
        ("<a/><b/>", "der står mere efter det yderste element"),
        ("{}", "filen begynder ikke med et element"),
        ("<a>\1</a>", "teksten har et tegn, som XML ikke tillader (nummer 1)"),
        ("<a><!-- x", "en kommentar slutter aldrig med -->"),
        ("<definitions", "begyndelsen af elementet »definitions« i linje 1 slutter ikke med >"),
        ("<a>\n<b\n<c/></a>", "der står noget i et element, som ikke er navnet på en attribut;"),
    ],
)
def test_why_a_file_is_no_xml_is_in_danish_with_line_and_column(file, danish):
    (finding,) = check_bundle({"a.bpmn": file.encode()})

    said = in_danish(finding.message)

    assert said is not None
    assert re.match(rf"Filen er ikke velformet XML \(linje {finding.line}, kolonne \d+\): ", said)
    assert f"): {danish}" in said


def test_what_no_one_knew_that_a_reader_of_xml_would_say_stands_behind_danish_words():
    said = in_danish("The file is not well-formed XML (line 7, column 3): conditional section not closed.")

    assert said == "Filen er ikke velformet XML (linje 7, kolonne 3): conditional section not closed."


def test_findings_of_real_files_are_in_danish():
    broken = {
        "a.bpmn": b"<definitions",
        "b.dmn": b"<x/>",
        "c.form": b"{",
        "rulesets/d.yaml": b"id: X\n",
        "tom.bpmn": b"",
    }
    found = [
        *check_bundle(broken),
        *check_scenarios({"scenarios/e.yaml": b"id: X\nsteps: 7\n"}, lambda _: ()),
    ]

    said = [(each.message, in_danish(each.message), in_danish(each.remedy)) for each in found]

    assert len(found) >= 6
    assert [message for message, danish, remedy in said if danish is None or remedy is None] == []


HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><process id="p" isExecutable="true">'
)
TAIL = "</process></definitions>"
DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
ENGLISH = re.compile(r"\b(the|is|are|of|not|and|with|has|an|that|no|which|for the|named)\b")
QUOTED = re.compile(r"»[^«]*«|\"[^\"]*\"|'[^']*'|`[^`]*`")


def examples() -> Iterator[tuple[str, str]]:
    """(file, content): what every rule's page calls wrong or right, and every extension of Camunda 8."""
    for page in sorted((SOURCE.parents[1] / "docs/rules").glob("*.md")):
        text = page.read_text("utf-8")
        for block in re.findall(r"```xml\n(.*?)```", text, re.DOTALL):
            yield from (("a.bpmn", HEAD + block + TAIL), ("a.bpmn", block))
            yield from (("a.dmn", f"{DMN}{block}</definitions>"), ("a.dmn", block))
        for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
            yield "a.form", block
            yield "a.form", f'{{"id": "f", "type": "default", "components": [{block}]}}'
    for name, extension in EXTENSIONS.items():
        fields = " ".join(f'{field}="x"' for field in extension.fields)
        for tag in ("userTask", "serviceTask", "startEvent", "callActivity", "process"):
            inside = f"<extensionElements><zeebe:{name} {fields}/></extensionElements>"
            yield "a.bpmn", f'{HEAD}<{tag} id="a">{inside}</{tag}>{TAIL}'
    for kind in ("timeDate", "timeDuration", "timeCycle"):
        for text in (
            "i morgen",
            "R0/P1D",
            "R/x/P1D",
            "R/PT0S",
            "P9999Y",
            "0 61 * * *",
            "0 0 9 32 * *",
            "x y",
        ):
            timer = f'<timerEventDefinition><{kind} xsi:type="tFormalExpression">{text}</{kind}>'
            event = f'<intermediateCatchEvent id="a">{timer}</timerEventDefinition></intermediateCatchEvent>'
            yield "a.bpmn", HEAD + event + TAIL


def test_no_finding_is_half_in_english():
    known = Catalogue(groups={"fronten"}, forms={"f"}, processes={"q"}, job_types={"x.y"}, decisions={"d"})
    found = {
        sentence
        for file, content in examples()
        for finding in check_bundle({file: content.encode()}, known)
        for sentence in (finding.message, finding.remedy)
    }
    said = {sentence: in_danish(sentence) for sentence in found}

    assert len(said) > 300
    assert {
        english: danish
        for english, danish in said.items()
        if danish is None or ENGLISH.search(QUOTED.sub("", danish))
    } == {}


def test_a_finding_in_the_english_page_is_as_the_check_says_it(monkeypatch):
    from flowcase.web.words import findings_in_danish

    finding = Finding(
        rule="x",
        severity=Severity.ERROR,
        file="f",
        element=None,
        element_name=None,
        line=1,
        message="The file is empty.",
        remedy="Mend its text.",
    )
    monkeypatch.setattr(findings_in_danish, "current", lambda: "en")

    said = findings_in_danish.finding_words(finding)

    assert (str(said), said.language) == ("The file is empty. Mend its text.", "en")


def test_a_kind_of_element_is_written_in_words_on_the_english_page(monkeypatch):
    from flowcase.web.words import findings_in_danish

    finding = Finding(
        rule="x",
        severity=Severity.ERROR,
        file="f",
        element="e",
        element_name=None,
        line=1,
        message="No flow leads to this endEvent, so it never runs.",
        remedy="Draw 'userTask' as a userTask.",
    )
    monkeypatch.setattr(findings_in_danish, "current", lambda: "en")

    said = str(findings_in_danish.finding_words(finding))

    assert said == "No flow leads to this end event, so it never runs. Draw 'userTask' as a user task."


def test_what_a_manifest_says_in_danish_has_its_remedy_in_danish_too(monkeypatch):
    from flowcase.services.deploying.rule_set_check import check_manifests
    from flowcase.web.words import findings_in_danish

    monkeypatch.setattr(findings_in_danish, "current", lambda: "da")
    found = check_manifests({"rulesets/r.yaml": b"id: R\na: 1\n"}, ())

    said = {str(findings_in_danish.finding_words(each)) for each in found}

    assert "»a«: Nøglen kendes ikke. Ret regelsættet; dem i processes/rulesets/ er eksempler." in said
    assert all(findings_in_danish.finding_words(each).language == "da" for each in found)


def feel_messages() -> Iterator[str]:
    """What FEEL's reader says, with {} where it puts something in."""
    for path in sorted((SOURCE / "feel").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in {"error", "_error", "FeelSyntaxError"}:
                continue
            said = node.args[0]
            if isinstance(said, ast.Constant):
                yield str(said.value)
            elif isinstance(said, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}" for part in said.values
                )


def test_whatever_the_reader_of_feel_says_is_in_danish():
    messages = set(feel_messages())

    assert len(messages) > 20
    assert sorted(messages - set(catalogue())) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("found the end where a value should be", "her står slutningen, hvor der skal stå en værdi"),
        ("found ')' where a name should be", "her står »)«, hvor der skal stå et navn"),
        ("expected 'then' and found a string", "der ventes »then«, men her står en tekst"),
        ("expected 'in' and found 'of'", "der ventes »in«, men her står »of«"),
    ],
)
def test_what_feel_found_is_in_danish_and_what_was_written_stays(found, said):
    danish = in_danish(f"The FEEL text '1 +' cannot be read: {found} (column 4).")

    assert danish == f"FEEL-teksten »1 +« kan ikke læses: {said} (kolonne 4)."


@pytest.mark.parametrize("text", ["{", "nope", '{"a" 1}', '{"a": 1 2}', '{"a": "\1"}', '{"a": "x', "{} {}"])
def test_why_a_form_is_no_json_is_in_danish(text):
    [finding] = [each for each in check_bundle({"a.form": text.encode()}) if each.rule == "form-json"]
    piece = finding.message.removeprefix("The file is no JSON: ").removesuffix(".")

    said = in_danish(finding.message)

    assert said is not None and said.startswith("Filen er ikke JSON: ")
    assert piece not in said


@pytest.mark.parametrize(
    "text", ["a: b: c", "a:\n- b\n c: d", "a: [1", "a: {b", "a: *b", "\ta: 1", "a: 'x", '"\\q"', "a: !x y"]
)
def test_why_a_scenario_is_no_yaml_is_in_danish(text):
    with pytest.raises(ScenarioError) as raised:
        read_text(text.encode(), "a.yaml")
    [(_, problem)] = raised.value.problems
    words = problem.removeprefix("Expected YAML, but ").partition("'")[0].removesuffix(".")

    said = in_danish(problem)

    assert said is not None and said.startswith("Der ventes YAML, men: ")
    assert words not in said

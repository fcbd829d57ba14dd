"""Why an instance stands still is told in Danish wherever the sentence is the product's own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flowcase.web.words.incidents_in_danish import CATALOGUE
from tests.house.test_findings_in_danish import sentences

SOURCE = Path(__file__).parents[2] / "src/flowcase"
MODULES = sorted(
    [
        *(
            SOURCE / "engine" / f"{name}.py"
            for name in ("commands", "mappings", "step", "stuck", "subscriptions")
        ),
        *(SOURCE / "engine/nodes").glob("*.py"),
        SOURCE / "services/running/answering.py",
        SOURCE / "services/running/jobs.py",
    ]
)
BUILT = "Expected to evaluate {}, but {}"  # of a sentence of FEEL's: those that can come have their own


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_sentence_of_an_incident_has_its_danish(module):
    said = {each.replace("{}{}", "{}") for each in sentences(ast.parse(module.read_text("utf-8")))}
    told = {each for each in said if each.startswith("Expected ")} - {BUILT}

    assert sorted(told - set(CATALOGUE.sentences)) == []


def test_every_place_that_an_incident_names_has_its_danish():
    named = {
        text
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        and (text := _text(node)).startswith("the ")
        and not text.startswith("the {}")
    }

    assert len(named) > 15
    assert sorted(named - set(CATALOGUE.sentences)) == []


# What a handler does goes through these; what they raise becomes the cause of its incident.
WORK = sorted(
    [
        *(SOURCE / "handlers").glob("*.py"),
        *(
            SOURCE / "services/casework" / f"{name}.py"
            for name in ("case_work", "deadline_work", "record_work")
        ),
        *(SOURCE / "cases" / f"{name}.py" for name in ("deadline_rules", "deadlines")),
    ]
)


def raised(node: ast.AST) -> tuple[str, list[str]] | None:
    """The class of an error of the family and its texts, with {} where something is put in."""
    call = node.exc if isinstance(node, ast.Raise) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    texts = [_text(each) if isinstance(each, ast.JoinedStr) else _literal(each) for each in call.args]
    return call.func.id, texts


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "{}"


def test_every_refusal_of_a_handler_has_its_danish():
    said, kinds = set(), set()
    for module in WORK:
        tree = ast.parse(module.read_text("utf-8"))
        told = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            match raised(node):
                case ("Refused", [attempt, because]):
                    if because == "{}":
                        because = told[ast.unparse(node.exc.args[1])]
                    said.add(f"Expected to {attempt}, but {because} ({{}}).")
                case ("Conflict" | "Forbidden", [attempt, because]):
                    said.add(f"Expected to {attempt}, but {because}.")
                case ("NotFound", [kind, _]):
                    said.add("Expected to find {} '{}', but there is none.")
                    kinds |= {kind} - {"{}"}
                case ("BpmnError", [_, message]):
                    said.add(message)

    assert len(said) > 5 and len(kinds) > 3
    assert sorted((said | kinds) - set(CATALOGUE.sentences)) == []


def test_handlers_raise_nothing_else_that_a_person_would_read():
    """The text of any other error is never told, only its class; so handlers raise errors of the family."""
    for module in (SOURCE / "handlers").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            found = raised(node)
            assert found is None or found[0] in ("Refused", "NotFound") or module.stem == "__init__", module


def _text(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_the_danish_takes_in_as_much_as_the_english():
    assert all(CATALOGUE.sentences.values())
    assert {e for e, d in CATALOGUE.sentences.items() if e.count("{}") != d.count("{}")} == set()


@pytest.mark.parametrize(
    ("english", "danish"),
    [
        (
            "Expected the timer of 'vent' to be a timeDuration, but 'x' gave null; not defined: x.",
            "Timeren »vent« skal være et tidsrum, men »x« gav ingenting (null). Ikke sat: »x«.",
        ),
        (
            "Expected the condition of flow 'ja' to be true or false, but 'alder' gave a number.",
            "Betingelsen på flowet »ja« skal være sand eller falsk, men »alder« gav et tal.",
        ),
        (
            "Expected the timer of 'vent' to be a timeCycle, but 'x' repeats faster than once a second.",
            "Timeren »vent« skal være en gentagelse, men »x« gentages hurtigere end hvert sekund.",
        ),
        (
            "Expected handler 'frist.aabn' to finish, but it failed with KeyError.",
            "Handleren »frist.aabn« gik i stykker undervejs med fejlen »KeyError«.",
        ),
        (
            "Expected to move deadline 'd1', but it is already cancelled (T04).",
            "Man kan ikke flytte fristen »d1«: den er allerede bortfaldet (T04).",
        ),
        (
            "Expected to find case 'SAG-1', but there is none.",
            "Der findes ikke: sagen »SAG-1«.",
        ),
        ("Expected the supplier to answer, but the line was busy.", None),
    ],
)
def test_what_a_person_reads(english, danish):
    assert CATALOGUE.danish(english) == danish

"""Every code of a difference is said in Danish and in English, whatever kind of expectation it is of."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import flowcase.scenarios
from flowcase.scenarios import differences
from flowcase.scenarios.differences import Difference, Said
from flowcase.web.studio.difference_words import CATALOGUE, on_one_line, why_not, worded
from tests.house.test_findings_in_danish import sentences

SCENARIOS = Path(flowcase.scenarios.__file__).parent
PLACE = {"process": "underretning", "element": "vurder", "case": "SAG-1"}
AT = "2026-03-27T16:40:00+01:00"
REFUSED = {"sentence": "Expected to x, but y.", "named": [], "errors": {}, "kind": "", "because": ""}
GIVEN = {
    "item": {"item": {"timer": "T01", "state": "met"}},
    "not_item": {"item": {"timer": "T01"}},
    "clock_reaches": {"at": AT},
    "is_done": {"do": "complete"},
    "number": {"count": 2},
    "times": {"count": 2},
    "error": {"sentence": "Expected the work that is due now to come to an end, but it does not."},
    "is_refused": {**REFUSED, "kind": "Forbidden"},
    "refusal": {**REFUSED, "kind": "Conflict", "named": ["R-012"]},
    "task": {
        **PLACE,
        "name": "Vurdér barnet",
        "assignee": None,
        "groups": ["fronten"],
        "due": AT,
        "shows": {"akut": True},
    },
    "deadline": {
        "timer": "T01",
        "case": "SAG-1",
        "due": AT,
        "state": "breached",
        "days_late": 2,
        "reminded": 1,
        "internal_target": None,
        "rule_set": "HERNING",
        "reminders": [AT],
    },
    "fact": {"case": "SAG-1", "fact": "distrikt", "value": None},
    "record": {"entity": "Underretning", "values": {"kanal": "telefon"}},
    "message": {"name": "kvittering_sendt", "key": "SAG-1", "at": AT},
    "note": {"type": "videregivelse", "at": AT},
    "notice": {"kind": "opgave", "text": "ny", "to": ["fronten"], "at": AT},
    "escalation": {"name": "frist_overskredet", "timer": "T01", "to": ["fronten"], "at": AT},
    "decision": {"decision": "team_tildeling", "result": {"team": "nord"}},
    "incident": {**PLACE, "message": "Expected a handler for job type 'x', but there is none."},
    "job": {"type": "mail", **PLACE, "state": "open", "inputs": {}},
    "end": {"process": "underretning", "end": "slut", "case": None},
}


def said(app, code: str, language: str) -> str:
    data = Difference("tasks", Said("carried_out"), [Said(code, GIVEN.get(code, {}))]).data
    with app.test_request_context(f"/?sprog={language}"):
        app.preprocess_request()
        return worded(data).came


@pytest.mark.parametrize("code", sorted(differences._ENGLISH))
def test_every_code_is_said_in_both_languages(app, code):
    danish, english = said(app, code, "da"), said(app, code, "en")

    assert danish and english and "{" not in danish + english
    assert danish != english


@pytest.mark.parametrize(
    ("code", "danish"),
    [
        ("item", "Frist (T-nummer): T01, Tilstand: overholdt"),
        (
            "task",
            "Proces: underretning, Opgave eller element: vurder, Sag: SAG-1, Navn: Vurdér barnet, "
            "Grupper: fronten, Frist: fre. 27. mar. 2026 kl. 16.40, Viser: akut: ja",
        ),
        ("fact", "Sag: SAG-1, Oplysning: distrikt, Værdi: intet"),
        ("is_refused", "trinet afvises: personen har ikke adgang til det"),
        ("refusal", "det er ændret eller gjort færdigt imens (R-012)"),
        (
            "incident",
            "Proces: underretning, Opgave eller element: vurder, Sag: SAG-1 står stille: "
            "Der er ingen handler til jobtypen »x«.",
        ),
    ],
)
def test_what_a_process_owner_reads(app, code, danish):
    assert said(app, code, "da") == danish


def test_a_trial_from_before_there_were_codes_stays_in_english(app):
    with app.test_request_context("/"):
        app.preprocess_request()
        found = worded({"kind": "tasks", "expected": 'process "x"', "came": "nothing of the kind"})

    assert (found.came, found.language) == ("nothing of the kind", "en")


def test_a_step_of_a_play_is_told_on_one_line(app):
    difference = Difference("tasks", Said("carried_out"), [Said("number", {"count": 0}), Said("nothing")])
    with app.test_request_context("/"):
        app.preprocess_request()
        line = on_one_line({"number": 3, **difference.data})

    assert line == "trin 3: ventet var at trinet gennemføres, men der kom 0 i alt: intet af den slags"


@pytest.mark.parametrize("module", ["running", "records"])
def test_every_reason_why_a_step_cannot_be_carried_out_has_its_danish(module):
    tree = ast.parse((SCENARIOS / f"{module}.py").read_text("utf-8"))
    raised = [each for each in sentences(tree) if each.startswith("Expected ")]

    assert raised
    assert [each for each in raised if CATALOGUE.danish(each.replace("{}{}", "{}")) is None] == []


def test_a_user_task_that_is_not_there_is_said_in_danish(app):
    english = (
        "Expected an open user task process 'underretning', element 'vurder', case 'SAG-1', but there "
        "is none. Open are: none."
    )
    with app.test_request_context("/"):
        app.preprocess_request()
        danish = why_not(english)

    assert danish == (
        "Der er ingen åben opgave, hvor forløbet er »underretning«, elementet »vurder« og sagen »SAG-1«. "
        "Åbne er: ingen."
    )

"""Erasing and holding a case at the terminal."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from tests.cli.conftest import CommandLine

CASE, NAME = "SAG-1", "Ingelise Fjordbakke"
ERASE = ("erase", CASE, "--reason", "opbevaring_udloebet")


@pytest.fixture
def at_terminal(flowcase: CommandLine, opened: Callable[[], Flowcase]) -> CommandLine:
    flow = opened()
    flow.people.add("anders", name="Anders", groups=["myndighedsansvarlig"], actor=SYSTEM)
    facts = {"team": "familieteam_syd", "kendskabsdato": dt.date(2026, 1, 12), "distrikt": "syd"}
    flow.cases.open(CASE, child={"navn": NAME}, facts=facts, actor=SYSTEM)
    return flowcase


def _answer(flow: Flowcase, *, is_approved: bool = True) -> None:
    """What the head of authority says on the page, signed in."""
    [waiting] = [
        each
        for each in flow.retention.overview(actor=flow.people.actor("anders")).proposals
        if each.is_mine_to_decide
    ]
    flow.retention.decide(waiting.row.id, is_approved=is_approved, actor=flow.people.actor("anders"))


def test_a_case_is_held_listed_let_go_and_erased(
    at_terminal: CommandLine, opened: Callable[[], Flowcase]
) -> None:
    at_terminal("hold", CASE, "--reason", "klagesag")
    refused = at_terminal(*ERASE, "--open", expect=1)
    [held] = at_terminal.json("hold")
    at_terminal("hold", CASE, "--lift", "--reason", "klage_afgjort")
    at_terminal(*ERASE, "--open")
    _answer(opened())

    done = at_terminal.json(*ERASE, "--open")["erased"]

    assert "legal hold (klagesag)" in refused.output
    assert (held["case_code"], held["reason"]) == (CASE, "klagesag")
    assert done["streams"] == [f"case:{CASE}"]
    assert done["is_overwritten"]
    assert at_terminal("verify").output.endswith("a second.\n")
    assert "slettet" in at_terminal("history", CASE).output


def test_what_stays_of_an_erased_case_is_what_figures_count(
    at_terminal: CommandLine, opened: Callable[[], Flowcase]
) -> None:
    at_terminal(*ERASE, "--open")
    _answer(opened())
    at_terminal(*ERASE, "--open")

    case = opened().cases.get(CASE, actor=SYSTEM)
    assert (case.team, case.facts["distrikt"], case.facts["kendskabsdato"]) == (
        "familieteam_syd",
        "syd",
        dt.date(2026, 1, 12),
    )
    assert case.facts.keys() & {"barn_id", "familie_id", "underretninger", "journalnr"} == set()
    assert [record.values for record in opened().cases.records("Barn", case=CASE)] == [{}]


def test_the_terminal_alone_erases_nothing_however_often_it_asks(
    at_terminal: CommandLine, opened: Callable[[], Flowcase]
) -> None:
    first = at_terminal(*ERASE, "--open")
    again = at_terminal(*ERASE, "--open", expect=1)
    ran = at_terminal.json("retention", "run")
    _answer(opened(), is_approved=False)

    declined = at_terminal.json(*ERASE, "--open")

    assert "not erased yet" in first.output
    assert "not answered" in again.output
    assert (ran["erased"], declined["erased"]) == ([], None)
    assert opened().cases.get(CASE, actor=SYSTEM).erased_at is None


def test_a_hold_that_came_after_the_yes_stops_it_and_the_yes_counts_once_it_is_lifted(
    at_terminal: CommandLine, opened: Callable[[], Flowcase]
) -> None:
    at_terminal(*ERASE, "--open")
    _answer(opened())
    at_terminal("hold", CASE, "--reason", "klagesag")

    refused = at_terminal(*ERASE, "--open", expect=1)

    assert "legal hold (klagesag)" in refused.output
    at_terminal("hold", CASE, "--lift", "--reason", "klage_afgjort")
    assert at_terminal.json("retention", "run")["erased"] == [CASE]
    assert at_terminal(*ERASE, "--open", expect=4).output.count("was erased") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*ERASE,), 1, "it is open"),
        (("erase", "SAG-9", *ERASE[2:], "--open"), 3, "SAG-9"),
        ((*ERASE, "--approved-by", "anders", "--open"), 2, "--approved-by"),
        (("erase", CASE, "--reason", "Fru Hansen", "--open"), 1, "no code"),
        (("hold", CASE), 2, "--reason"),
        (("hold", CASE, "--lift", "--reason", "klagesag"), 4, "not held"),
    ],
)
def test_what_is_not_in_order_is_refused_in_a_sentence(
    at_terminal: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    refused = at_terminal(*arguments, expect=code)

    assert said in refused.output


def test_deleted_content_is_overwritten_on_request(at_terminal: CommandLine) -> None:
    assert at_terminal.json("db", "clean") == {"clean": True}


def test_an_export_to_a_file_is_whole_its_owners_alone_and_never_overwrites(
    at_terminal: CommandLine, tmp_path: Path
) -> None:
    target = tmp_path / "log.jsonl"

    at_terminal("export", "--format", "jsonl", "--case", CASE, "--output", target)
    again = at_terminal("export", "--format", "jsonl", "--output", target, expect=2)

    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["kind"] for row in rows] == ["CaseOpened", "RecordCreated", "ExportEnd"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "exists already" in again.output
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_an_export_to_standard_output_holds_what_its_class_lets_out(at_terminal: CommandLine) -> None:
    k0 = at_terminal("export", "--format", "csv", "--case", CASE)
    k1 = at_terminal("export", "--format", "csv", "--case", CASE, "--class", "K1")

    assert (NAME in k0.stdout, NAME in k1.stdout) == (False, True)
    rows = list(csv.DictReader(io.StringIO(k0.stdout, newline="")))
    assert [row["kind"] for row in rows] == ["CaseOpened", "RecordCreated", "ExportEnd"]
    digest = hashlib.sha256(k0.stdout_bytes).hexdigest()
    assert f"Exported 2 events, SHA-256 {digest}." in k0.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--case", "SAG-9"), 3, "SAG-9"),
        (("--as", "karen"), 5, "auditors"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), 2, "ends before it begins"),
    ],
)
def test_an_export_that_cannot_be_made_is_refused_in_a_sentence(
    at_terminal: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    refused = at_terminal("export", "--format", "csv", *arguments, expect=code)

    assert said in refused.output

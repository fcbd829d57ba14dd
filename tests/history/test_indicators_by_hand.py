"""Three indicators recomputed from the history alone agree with what the tables give.

The stories are those of the scenarios; the recomputation reads events and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.cases.civil_time import local_date
from flowcase.history.indicators import Figure, Question
from flowcase.scenarios import read, told

PROCESSES = Path(__file__).parents[2] / "processes"
SCENARIOS = PROCESSES / "scenarios"
LEADER = Actor("MA-1", groups=frozenset({"myndighedsansvarlig"}))
EVER = Question(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
SHOW_ALL = {"statistik_mindste_celle": 1}


def after(file: Path, variant: str = "") -> Iterator[Flowcase]:
    """The installation after a story that came true."""
    story = read(file)
    [chosen] = [each for each in story.variants if each.id == variant]
    with told(story, chosen, processes=PROCESSES) as (flow, reports):
        assert not any(report.differences for report in reports)
        flow.rule_sets.use(settings=SHOW_ALL, actor=LEADER)
        yield flow


def events(flow: Flowcase, *kinds: str) -> list[Any]:
    return [row for row in flow.history.everything() if row.kind in kinds]


def figures(flow: Flowcase, id: str) -> dict[str, Figure]:
    return {each.label[0]: each for each in flow.indicators.compute(EVER, [id], actor=LEADER)[id]}


def test_24_hour_assessments_in_time() -> None:
    """Proves R-001."""
    for flow in after(SCENARIOS / "S-03_soeskende.yaml"):
        opened = {
            row.event.deadline: row.event for row in events(flow, "DeadlineOpened") if row.event.rule == "T01"
        }
        met = {row.event.deadline: row.event.met_at for row in events(flow, "DeadlineMet")}
        kept: dict[str, bool] = {}
        for id, event in opened.items():
            in_time = id in met and met[id] <= event.due_at
            kept[event.subject] = kept.get(event.subject, True) and in_time

        found = figures(flow, "I-01")[""]

        assert len(kept) > 1
        assert (found.numerator, found.denominator) == (sum(kept.values()), len(kept))


@pytest.mark.parametrize("variant", ["herning-anbringelse", "herning-forebyggende", "lov-bl"])
def test_follow_ups_in_time(variant: str) -> None:
    """Proves R-027 to R-034: R-029, R-030, R-031, R-032."""
    for flow in after(SCENARIOS / "S-06_opfoelgningskadencer.yaml", variant):
        due: dict[str, Any] = {}
        for row in events(flow, "DeadlineOpened", "DeadlineMoved", "DeadlineCancelled"):
            event = row.event
            if row.kind == "DeadlineCancelled":
                due.pop(event.deadline, None)
            elif event.deadline in due or getattr(event, "rule", "") in ("T05", "T06"):
                due[event.deadline] = event.due_at
        met = {row.event.deadline: row.event.met_at for row in events(flow, "DeadlineMet")}
        now = flow.clock.now()
        judged = {id: at for id, at in due.items() if id in met or at < now}
        judged = {id: at for id, at in judged.items() if EVER.first <= local_date(at) <= EVER.last}
        kept = [id for id, at in judged.items() if id in met and met[id] <= at]

        found = figures(flow, "I-04")[""]

        assert judged
        assert (found.numerator, found.denominator) == (len(kept), len(judged))


CHANGES = """\
id: EX-09
title: To skift og en sag uden
source: prøve
people:
  - {id: TL-SYD, groups: [teamleder_syd]}
  - {id: CW-03, groups: [familieteam_syd]}
  - {id: CW-07, groups: [familieteam_syd]}
cases:
  SAG-9901: &sag
    status: til_tildeling
    facts: {omraade: syd, distrikt: D3}
  SAG-9902: *sag
start: 2026-03-02T08:00+01:00
steps: []
"""


def change(at: str, case: str, to: str) -> list[dict[str, Any]]:
    start = {
        "at": f"{at}T10:00+01:00",
        "do": "start",
        "as": "TL-SYD",
        "process": "skift_raadgiver",
        "case": case,
    }
    written = {"ny": to, "aarsag": "fratraadt", "overlevering": "Talt sammen.", "familie_informeret": at}
    complete = {
        "at": f"{at}T11:00+01:00", "do": "complete", "as": "TL-SYD", "process": "skift_raadgiver",
        "element": "skift", "case": case, "values": written,
    }  # fmt: skip
    return [start, complete]


def allocation(case: str) -> list[dict[str, Any]]:
    arrives = {"at": "2026-03-02T09:00+01:00", "do": "message", "name": "til_familieteam", "case": case}
    chosen = {"team": "familieteam_syd", "sagsbehandler": "CW-07", "forebyggende_bliver": False}
    complete = {"do": "complete", "process": "familieteam_modtag", "element": "tildel", "case": case}
    return [
        {**arrives, "values": {"sag_id": case}},
        {**complete, "at": "2026-03-02T09:30+01:00", "as": "TL-SYD", "values": chosen},
    ]


def test_changes_of_caseworker(tmp_path: Path) -> None:
    """Proves R-022."""
    story = yaml.safe_load(CHANGES)
    for case in ("SAG-9901", "SAG-9902"):
        story["steps"] += allocation(case)
    story["steps"].sort(key=lambda step: step["at"])
    story["steps"] += change("2026-03-09", "SAG-9901", "CW-03") + change("2026-03-16", "SAG-9901", "CW-07")
    file = tmp_path / "story.yaml"
    file.write_text(yaml.safe_dump(story, allow_unicode=True), "utf-8")

    for flow in after(file):
        changes: dict[str, int] = {}
        for row in events(flow, "CaseFactSet"):
            if row.event.name == "sagsbehandler":
                first = row.event.previous is None
                changes[row.event.case] = changes.get(row.event.case, 0) + (0 if first else 1)

        found = figures(flow, "I-09")

        assert changes == {"SAG-9901": 2, "SAG-9902": 0}
        assert found[""].value == Decimal(sum(changes.values())) / len(changes)
        without = sum(number == 0 for number in changes.values())
        assert (found["sager uden skift"].numerator, found["sager uden skift"].denominator) == (without, 2)


def test_what_only_the_rule_sets_know_is_asked_of_them(tmp_path: Path) -> None:
    """Proves R-042: the limit of an institution stay is that of deadline T07."""
    story = yaml.safe_load(CHANGES)
    story["steps"] = [{"at": "2026-12-01T10:00+01:00", "do": "advance the clock"}]
    story["cases"]["SAG-9901"] = {
        "status": "aaben",
        "records": [
            {"entity": "Foranstaltning", "values": {"trin": 5, "start": "2026-05-31", "slut": "2026-11-30"}},
            {"entity": "Foranstaltning", "values": {"trin": 5, "start": "2026-05-30"}},
        ],
    }
    file = tmp_path / "story.yaml"
    file.write_text(yaml.safe_dump(story, allow_unicode=True), "utf-8")

    for flow in after(file):
        found = figures(flow, "I-08")[""]
        months = flow.indicators.trend("I-28", EVER, actor=LEADER).months

        assert (found.numerator, found.denominator) == (1, 2)
        assert [figure.value for _, figure in months] == [0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 1, 1]


def test_the_extension_of_s09_is_counted_as_a_long_stay_with_its_reason(tmp_path: Path) -> None:
    """Proves R-042: the leader's extension does not hide that the limit was passed."""
    story = yaml.safe_load((SCENARIOS / "S-09_institution_seks_maaneder.yaml").read_text("utf-8"))
    ids = [step["id"] for step in story["steps"]]
    story["steps"] = story["steps"][: ids.index("forlaenget") + 1]
    del story["variants"]
    file = tmp_path / "story.yaml"
    file.write_text(yaml.safe_dump(story, allow_unicode=True, sort_keys=False), "utf-8")

    for flow in after(file):
        found = figures(flow, "I-08")

        assert (found[""].numerator, found[""].denominator) == (1, 1)
        extended = found["heraf forlænget med begrundelse"]
        assert (extended.numerator, extended.denominator) == (1, 1)

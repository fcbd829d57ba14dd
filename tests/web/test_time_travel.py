"""A case as it was: the page of an instant equals the event log, and what the tables said at that time."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.groups import group_name
from tests.services.diagrams import end, process, start, user_task
from tests.web.world import at, decide, meet

STILL = ("SAG-2570", "SAG-2593", "SAG-2601")  # all of it happened at one instant
CASES = ("SAG-2570", "SAG-2588", "SAG-2590", "SAG-2593", "SAG-2601")

TWO = process("to_trin", start(), user_task("foerste"), user_task("anden"), end())

RENAMED = process("to_trin", start(), user_task("ny_foerste"), user_task("anden"), end())


def _recomputed(flow: Any, code: str, until: dt.datetime) -> dict[str, Any]:
    """What the log says, by counting: nothing of the product but the opened events is used."""
    case = flow.cases.get(code, actor=SYSTEM)
    streams = [f"case:{code}", *(f"notification:{id}" for id in case.facts.get("underretninger") or ())]
    rows = [row for each in streams for row in flow.history.of_stream(each) if row.at <= until]
    facts: dict[str, Any] = {}
    tokens: dict[str, Counter] = {}
    names: dict[tuple[str, str], str] = {}
    tasks: Counter = Counter()
    deadlines: dict[str, str] = {}
    ended = {
        row.instance
        for row in rows
        if row.kind in ("InstanceCompleted", "InstanceCancelled", "InstanceFailed")
    }
    for row in rows:
        event, key = row.event, (row.instance, getattr(row.event, "element_instance", ""))
        if row.kind == "CaseOpened":
            facts = dict(event.facts)
        elif row.kind == "CaseFactSet":
            facts[event.name] = event.value
        elif row.kind == "ElementEntered":
            tokens.setdefault(row.instance, Counter())[event.element] += 1
        elif row.kind in ("ElementCompleted", "ElementCancelled"):
            tokens[row.instance][event.element] -= 1
        elif row.kind == "InstanceStarted":
            tokens.setdefault(row.instance, Counter())
        elif row.kind == "UserTaskCreated":
            names[key] = event.element
            tasks[key] += 1
        elif row.kind in ("UserTaskCompleted", "UserTaskCancelled"):
            tasks[key] -= 1
        elif row.kind == "DeadlineOpened" and event.case == code:
            deadlines[event.deadline] = "open"
        elif row.kind.startswith("Deadline") and event.deadline in deadlines:
            said = {"DeadlineMet": "met", "DeadlineBreached": "breached", "DeadlineCancelled": "cancelled"}
            deadlines[event.deadline] = said.get(row.kind, deadlines[event.deadline])
    return {
        "facts": facts,
        "tokens": {
            id: sorted(element for element, count in each.items() if count > 0 and id not in ended)
            for id, each in tokens.items()
        },
        "tasks": sorted(names[key] for key, count in tasks.items() if count and key[0] not in ended),
        "deadlines": deadlines,
    }


def _instants(flow: Any, code: str, count: int, seed: int) -> list[dt.datetime]:
    """Random ones between the first and the last event, and some at which something happened."""
    rows = flow.history.of_stream(f"case:{code}")
    first, last = rows[0].at, rows[-1].at
    chance = random.Random(seed)
    spread = [
        first + chance.random() * (last - first + dt.timedelta(hours=1)) for _ in range(count - count // 2)
    ]
    return sorted([*spread, *(chance.choice(rows).at for _ in range(count // 2))])


@pytest.mark.parametrize("code", CASES)
def test_at_twenty_random_instants_the_page_equals_what_the_log_says(code, sign_in, world):
    vera = sign_in("vera.revisor")
    seen = []

    for instant in _instants(world.flow, code, 20 if code == "SAG-2588" else 6, seed=8):
        wanted = _recomputed(world.flow, code, instant)
        page = vera.get(f"/revision/sager/{code}/da?tid={instant.isoformat().replace('+', '%2B')}")

        shown = {
            each.get("data-flow"): sorted(each.get("data-here").split())
            for each in page.all("//*[@data-flow]")
        }
        assert shown == wanted["tokens"], instant
        assert sorted(page.document.xpath("//*[@id='opgaver']/li/@data-element")) == wanted["tasks"]
        states = {
            each.get("data-deadline"): each.xpath(".//span[contains(@class, 'badge')]/@class")[0].split("-")[
                -1
            ]
            for each in page.all("//*[@data-deadline]")
        }
        assert states == wanted["deadlines"], instant
        team = wanted["facts"].get("team")
        assert (team is None) or group_name(team) in page.text
        seen.append(str(wanted))

    assert len(set(seen)) > 1 or code in STILL  # the instants differ in what was so


def _now(flow: Any, code: str) -> dict[str, Any]:
    """What the tables say at this very time."""
    case = flow.cases.get(code, actor=SYSTEM)
    rows = flow.instances.list(case=code, limit=None)
    return {
        "facts": {name: value for name, value in case.facts.items() if name != "regelsaet"},
        "tokens": {row.id: sorted(flow.instances.get(row.id).active_elements) for row in rows},
        # What a meeting has to decide about the case is the meeting's, and lies in its history.
        "tasks": sorted(
            (row.element, row.assignee)
            for row in flow.user_tasks.list(case=code)
            if row.stream.startswith(("case:", "notification:"))
        ),
        "deadlines": {row.id: (row.status, row.due_at) for row in flow.deadlines.of_case(code)},
        "records": {
            row.id: dict(row.values)
            for entity in ("Risikovurdering", "Notat", "Maal", "Barn", "Undersoegelse")
            for row in flow.cases.records(entity, case=code)
        },
    }


def _then(flow: Any, code: str, instant: dt.datetime) -> dict[str, Any]:
    found = flow.time_travel.at(code, instant, actor=SYSTEM).moment
    of_case = {row.id for row in flow.instances.list(case=code, limit=None)}
    return {
        "facts": found.facts,
        "tokens": {id: sorted(each.here) for id, each in found.flows.items() if id in of_case},
        "tasks": sorted(
            (each.element, each.assignee)
            for each in found.tasks.values()
            if each.instance in of_case or each.case == code
        ),
        "deadlines": {id: (each.status, each.due_at) for id, each in found.deadlines.items()},
        "records": {
            id: each.values
            for id, each in found.records.items()
            if each.entity in ("Risikovurdering", "Notat", "Maal", "Barn", "Undersoegelse")
        },
    }


def test_looking_back_finds_what_the_tables_said_at_the_time(world):
    flow, remembered = world.flow, []

    def remember(code: str) -> None:
        remembered.append((code, flow.clock.now(), _now(flow, code)))
        flow.clock.set(flow.clock.now() + dt.timedelta(minutes=7))

    karen, omar = flow.people.actor("karen.fp"), flow.people.actor("omar.syd")
    world.notify("U-8", "SAG-2608", "Sofus Lindeskov")
    remember("SAG-2608")
    flow.user_tasks.claim(world.task("vurder", "SAG-2608").id, actor=karen)
    remember("SAG-2608")
    world.assess("SAG-2608")
    remember("SAG-2608")
    world.go_to(at(30, 9, 5))
    meet(world, 30)
    remember("SAG-2608")
    decide(world, "SAG-2608")
    remember("SAG-2608")
    world.complete("tildel", "else.syd", "SAG-2608", team="familieteam_syd", sagsbehandler="omar.syd")
    remember("SAG-2608")
    flow.cases.set_fact("SAG-2608", "omraade", "midt", reason="flyttet", actor=omar)
    remember("SAG-2608")
    world.go_to(at(31, 23))
    remember("SAG-2588")

    for code, instant, wanted in remembered:
        assert _then(flow, code, instant) == wanted, (code, instant)


def test_going_back_is_seen_at_its_time_too(world):
    flow, remembered = world.flow, []
    drift = flow.people.actor("drift")
    flow.deployments.deploy({"to_trin.bpmn": TWO}, actor=SYSTEM)

    def remember() -> None:
        remembered.append((flow.clock.now(), _now(flow, "SAG-2588")))
        flow.clock.set(flow.clock.now() + dt.timedelta(minutes=5))

    id = flow.instances.start("to_trin", {}, case="SAG-2588", actor=SYSTEM)
    remember()
    flow.user_tasks.complete(world.task("foerste").id, {}, actor=SYSTEM)
    remember()
    [step] = flow.going_back.steps(id, actor=drift)
    flow.going_back.go_back(id, step.element_instance, reason="fejl", actor=drift)
    remember()

    for instant, wanted in remembered:
        assert _then(flow, "SAG-2588", instant) == wanted, instant
    assert [wanted["tokens"][id] for _, wanted in remembered] == [["foerste"], ["anden"], ["foerste"]]


def test_an_instance_that_was_moved_to_another_version_and_back_is_shown_in_the_one_it_ran_then(world):
    flow, remembered = world.flow, []
    owner = flow.people.actor("jens.proces")
    flow.deployments.deploy({"to_trin.bpmn": TWO}, actor=SYSTEM)
    id = flow.instances.start("to_trin", {}, case="SAG-2588", actor=SYSTEM)

    def remember() -> None:
        remembered.append((flow.clock.now(), _now(flow, "SAG-2588")))
        flow.clock.set(flow.clock.now() + dt.timedelta(minutes=5))

    remember()
    flow.deployments.deploy({"to_trin.bpmn": RENAMED}, actor=SYSTEM)
    mapping = {"foerste": "ny_foerste", "anden": "anden", "start": "start", "end": "end"}
    move = flow.migrations.plan("to_trin:1", "to_trin:2", mapping, reason="ny udgave", actor=owner)
    flow.migrations.run(move, actor=owner)
    while flow.migration_work.run_waiting():
        pass
    remember()
    flow.migrations.undo(move, reason="forkert udgave", actor=owner)
    while flow.migration_work.run_waiting():
        pass
    remember()

    for instant, wanted in remembered:
        assert _then(flow, "SAG-2588", instant) == wanted, instant
    assert [wanted["tokens"][id] for _, wanted in remembered] == [["foerste"], ["ny_foerste"], ["foerste"]]
    versions = [
        next(
            each.version for each in flow.time_travel.at("SAG-2588", at, actor=SYSTEM).flows if each.id == id
        )
        for at, _ in remembered
    ]
    assert versions == [1, 2, 1]
    told = flow.compliance.of_instance(id, actor=SYSTEM).deviations
    assert [(each.what, each.kind, each.versions) for each in told] == [
        ("intervention", "InstanceMigrated", ("to_trin:1", "to_trin:2")),
        ("intervention", "InstanceMigrated", ("to_trin:2", "to_trin:1")),
    ]


def test_who_is_not_close_to_a_case_sees_when_it_was_written_and_no_confidential_word(sign_in, world):
    path = "/revision/sager/SAG-2588/da"

    auditor, camilla = sign_in("vera.revisor").get(path), sign_in("camilla.syd").get(path)

    assert "Noah Elleby" not in auditor.source
    assert "Vurderet ud fra skolens oplysninger" not in auditor.source
    assert "Kun fortrolige oplysninger" in auditor.text or "vises kun for dem" in auditor.text
    assert "Vurderet ud fra skolens oplysninger" in camilla.source


def test_before_the_case_was_opened_there_is_nothing_and_a_time_that_is_none_is_said(sign_in):
    vera = sign_in("vera.revisor")

    early = vera.get("/revision/sager/SAG-2588/da?tid=2020-01-01T00:00")
    wrong = vera.get("/revision/sager/SAG-2588/da?tid=i%20går")

    assert "Sagen var ikke åbnet endnu" in early.text
    assert early.all("//*[@data-flow]") == []
    assert "Skriv dato og klokkeslæt" in wrong.text
    assert wrong.value("tid") == "i går"


def test_a_time_that_has_not_come_yet_is_said_and_shows_the_case_under_no_later_date(sign_in):
    page = sign_in("vera.revisor").get("/revision/sager/SAG-2588/da?tid=2099-01-01T00:00")

    assert "Tidspunktet er ikke kommet endnu." in page.text
    assert "2099" not in page.one("//h1").text_content()
    assert page.one("//input[@name='tid']").get("value") == "2099-01-01T00:00"


def test_looking_back_is_a_look_that_the_case_remembers(sign_in, world):
    sign_in("vera.revisor").get("/revision/sager/SAG-2588/da?tid=2026-03-25T12:00")

    last = world.flow.history.of_case("SAG-2588", actor=SYSTEM)[-1]
    assert (last.kind, last.actor, last.event.page) == ("CaseRead", "vera.revisor", "history")

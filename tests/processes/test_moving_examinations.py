"""Running examinations move to a changed diagram, wherever they wait, and end as if it had been theirs.

`make migration` spreads a thousand (FLOWCASE_MOVED=1000).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from flowcase.access.actor import Actor
from flowcase.errors import FlowcaseError
from flowcase.scenarios import read, stage
from flowcase.scenarios.running import NARRATOR, Story
from flowcase.scenarios.scene import set_the_scene
from flowcase.store import tables
from flowcase.values import from_json
from tests.processes.conftest import PROCESSES

PROCESS = "boernefaglig_undersoegelse"
OWNER = Actor("ole", groups=frozenset({"procesejer"}))
STORY = read(PROCESSES / "scenarios" / "UNDERS-01_undersoegelsens_veje.yaml")
MOVED = int(os.environ.get("FLOWCASE_MOVED", "21"))
BUILD = Path(__file__).parents[2] / "build"
SEPTEMBER = dt.datetime(2026, 9, 5, 8, tzinfo=dt.timezone(dt.timedelta(hours=2)))
WAIT_STATES = {  # every user task, call and event of the examination in which an instance can wait
    "planlaeg", "uden_medvirken", "indhent_samtykke", "indhent_udtalelse", "boernesamtale",
    "tvaerprofessionelt_forum", "familiemoede", "netvaerksmoede", "signs_of_safety", "analyse",
    "foreloebig_vurdering", "vent_paa_afslutning", "partshoering", "handleplan", "genovervej",
}  # fmt: skip
RENAMED = ("vent_paa_afslutning", "en_uge_gaaet", "afgiv", "udtalelser", "del_i_opgaver", "saml")


def changed(source: bytes, *, weeks: int = 1) -> bytes:
    """The shipped diagram with other ids inside, another name of a user task, and perhaps a longer timer."""
    text = source.decode()
    for id in RENAMED:
        text = re.sub(rf"\b{id}\b", f"{id}_ny", text)
    assert 'name="Tal med barnet"' in text and "P7D" in text
    return text.replace('name="Tal med barnet"', 'name="Tal med barnet alene"').replace(
        "P7D", f"P{7 * weeks}D"
    ).encode()  # fmt: skip


def opened(home: Path, variant):
    start = STORY.start or variant.steps[0].at
    return stage.set_up(
        home, PROCESSES, now=start, settings=from_json(dict(variant.settings)),
        rule_sets=variant.rule_sets or (), jobs=variant.jobs, actor=NARRATOR,
    )  # fmt: skip


def deploy_changed(flow, **options):
    source = flow.deployments.source(PROCESS, 1)
    path = f"{PROCESS}.bpmn"
    flow.deployments.deploy({path: changed(source, **options)}, actor=NARRATOR, note="Ny udgave")


def work(flow):
    while flow.migration_work.run_waiting():
        pass


class Watch:
    """What `make migration` tells: seconds of each part, and what was counted."""

    def __init__(self):
        self.since, self.laps = time.monotonic(), {}

    def lap(self, name):
        now = time.monotonic()
        self.laps[name], self.since = round(now - self.since, 1), now

    def write(self, places, before, verdicts, ends):
        tasks, timers, jobs, (messages, signals), incidents = before
        told = {
            "instances": len(places),
            "waiting in": dict(Counter(place for waits in places.values() for place in waits)),
            "user tasks": sum(tasks.values()),
            "timers": sum(timers.values()),
            "jobs": sum(jobs.values()),
            "messages": sum(messages.values()),
            "signals": sum(signals.values()),
            "incidents": incidents,
            "verdicts": dict(verdicts),
            "ends": dict(Counter(ends.values())),
            "seconds": self.laps,
        }
        BUILD.mkdir(exist_ok=True)
        (BUILD / "migration.json").write_text(json.dumps(told, indent=1), "utf-8")


def move_all(flow, watch=None):
    watch = watch or Watch()
    id = flow.migrations.plan(f"{PROCESS}:1", f"{PROCESS}:2", reason="Ny udgave", actor=OWNER)
    foreseen = {item.instance: item.verdict for item in flow.migrations.preview(id, actor=OWNER)}
    watch.lap("foreseen")
    flow.migrations.run(id, actor=OWNER)
    work(flow)
    watch.lap("moved")
    return id, foreseen


@pytest.mark.parametrize("variant", STORY.variants, ids=lambda each: each.id or "story")
def test_every_story_of_the_examination_comes_true_when_it_moves_halfway(variant, tmp_path):
    flow = opened(tmp_path / "home", variant)
    story = Story(flow, variant)
    set_the_scene(flow, variant)
    half = max(1, len(variant.steps) // 2)
    differences = [each for step in variant.steps[:half] for each in story.tell(step)]
    deploy_changed(flow)
    if flow.migrations.running(PROCESS, actor=OWNER).get(1):
        id, _ = move_all(flow)
        assert set(flow.migrations.get(id, actor=OWNER).counts) == {"moved"}

    differences += [each for step in variant.steps[half:] for each in story.tell(step)]

    assert differences == []
    assert flow.consistency.check() == []
    flow.close()


def test_many_examinations_in_every_place_move_at_once_and_back_and_then_to_their_end(tmp_path):
    flow = opened(tmp_path / "home", STORY.variants[0])
    crowd = Crowd(flow)
    crowd.spread()
    places, before = places_of(flow), counted(flow)
    assert {place for waits in places.values() for place in waits} >= WAIT_STATES
    deploy_changed(flow, weeks=2)

    watch = Watch()
    id, foreseen = move_all(flow, watch)

    plan = flow.migrations.get(id, actor=OWNER)
    assert (plan.counts, plan.total) == ({"moved": MOVED}, MOVED)
    items = flow.migrations.items(id, actor=OWNER)
    assert {item.instance: item.verdict for item in items} == foreseen
    for item in items:
        told = {each.code for each in item.verdict.reasons}
        waits = places[item.instance]
        assert ("timer_recomputed" in told) == ("vent_paa_afslutning" in waits)
        assert ("task_redrawn" in told) == ("boernesamtale" in waits)
        assert not told - {"timer_recomputed", "task_redrawn"}
    assert counted(flow) == before
    assert flow.consistency.check() == []
    flow.migrations.undo(id, reason="For tidligt", actor=OWNER)
    work(flow)
    watch.lap("undone")
    assert flow.migrations.get(id, actor=OWNER).counts == {"undone": MOVED}
    assert (counted(flow), places_of(flow)) == (before, places)
    assert flow.consistency.check() == []

    again, _ = move_all(flow)
    assert flow.migrations.get(again, actor=OWNER).counts == {"moved": MOVED}
    crowd.finish()
    assert crowd.refused == []
    assert crowd.ends() == crowd.expected_ends()
    assert running(flow) == []
    assert flow.consistency.check() == []
    watch.lap("finished")
    watch.write(places, before, Counter(item.verdict.kind for item in items), crowd.ends())
    flow.close()


def test_those_whose_place_the_new_version_has_lost_stay_and_the_others_move(tmp_path):
    flow = opened(tmp_path / "home", STORY.variants[0])
    crowd = Crowd(flow, number=21)
    crowd.spread()
    places, before = places_of(flow), counted(flow)
    source = flow.deployments.source(PROCESS, 1)
    flow.deployments.deploy(
        {f"{PROCESS}.bpmn": without_the_talk(source)}, actor=NARRATOR, note="Uden samtale"
    )

    id, foreseen = move_all(flow)

    cannot = {instance for instance, waits in places.items() if "boernesamtale" in waits}
    assert cannot and cannot != set(places)
    assert {instance for instance, verdict in foreseen.items() if verdict.kind == "refused"} == cannot
    assert {each.code for instance in cannot for each in foreseen[instance].reasons} >= {"no_successor"}
    assert {foreseen[instance].kind for instance in set(places) - cannot} == {"unchanged"}
    counts = flow.migrations.get(id, actor=OWNER).counts
    assert counts == {"moved": len(places) - len(cannot), "refused": len(cannot)}
    versions = {instance: flow.instances.get(instance).version for instance in places}
    assert versions == {instance: 1 if instance in cannot else 2 for instance in places}
    assert (counted(flow), places_of(flow)) == (before, places)
    assert flow.consistency.check() == []
    flow.close()


def without_the_talk(source: bytes) -> bytes:
    """The shipped diagram in which nobody is asked to talk with the child: the place is passed through."""
    task = re.search(r'<bpmn:userTask id="boernesamtale".*?</bpmn:userTask>', source.decode(), re.S)
    text = re.sub(r"<bpmn:extensionElements>.*?</bpmn:extensionElements>", "", task[0], flags=re.S)
    return source.decode().replace(task[0], text.replace("bpmn:userTask", "bpmn:manualTask")).encode()


class Crowd:
    """As many examinations as are to move, each in a case of its own and stopped after another step.

    They live through three stories in turn; what is left of each is told later, by as many whole weeks as
    make its next step lie ahead.
    """

    ENDS = {"": "forebyggende", "lukket-under-plan": "lukket_med_plan"}
    # Left alone there until September, the story goes on by itself: a consent that was asked for lapses, or
    # the family moves away on its day.
    BY_ITSELF = {("", 1), ("", 2), ("", 3), ("", 5), ("lukket-under-plan", 10)}

    def __init__(self, flow, number=MOVED):
        self.flow = flow
        self.refused = []
        told = {each.id: each for each in STORY.variants if each.id in self.ENDS}
        stops = [(id, at) for id, each in told.items() for at in range(1, len(each.steps))]
        stops = [stop for stop in stops if stop not in self.BY_ITSELF]
        [self.model] = told[""].cases
        self.of_case = {f"SAG-{10_000 + at}": stops[at % len(stops)] for at in range(number)}
        self.steps = {id: each.steps for id, each in told.items()}
        playing = vars(told[""]) | {"cases": dict.fromkeys(self.of_case, told[""].cases[self.model])}
        self.story = Story(flow, type(told[""])(**playing))
        set_the_scene(flow, self.story.variant)

    def spread(self):
        """Until September: the four months are over for all who have not concluded; some are acute."""
        told = [(s, code) for code, (id, stop) in self.of_case.items() for s in self.steps[id][:stop]]
        self.tell(sorted(told, key=lambda each: each[0].at))
        assert self.refused == []
        self.story.advance_to(SEPTEMBER)
        self.flow.signals.broadcast("akut_vending", {}, actor=NARRATOR)
        self.story.settle()

    def finish(self):
        seen_again = {"betydning": "Planen holder.", "tempo": "uaendret", "genovervejet": "2026-09-05"}
        for row in self.flow.user_tasks.list(limit=None):
            if row.element == "genovervej":
                self.flow.user_tasks.complete(row.id, seen_again, actor=self.flow.people.actor("CW-07"))
        told = []
        for code, (id, stop) in self.of_case.items():
            left = self.steps[id][stop:]
            weeks = dt.timedelta(weeks=-(-(SEPTEMBER - left[0].at) // dt.timedelta(weeks=1)))
            told += [(later(step, weeks), code) for step in left]
        self.tell(sorted(told, key=lambda each: each[0].at))

    def tell(self, told):
        for step, code in told:
            self.story.advance_to(step.at)
            arguments = renamed(dict(step.arguments), self.model, code)
            try:
                self.story._do(dataclasses.replace(step, arguments=arguments))
            except FlowcaseError as error:
                self.refused.append((code, self.of_case[code], step.arguments, str(error)))
            self.story.settle()

    def ends(self):
        rows = self.flow.instances.list(process=PROCESS, limit=None)
        return {row.case_code: row.end_elements[-1] for row in rows if row.ended_at is not None}

    def expected_ends(self):
        return {code: self.ENDS[id] for code, (id, _) in self.of_case.items()}


def later(step, by):
    """The step and every date in it, moved by whole weeks."""
    return dataclasses.replace(step, at=step.at + by, arguments=moved(dict(step.arguments), by))


def moved(value, by):
    if isinstance(value, (dt.datetime, dt.date)):
        return value + by
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        return f"{dt.date.fromisoformat(value[:10]) + by}{value[10:]}"
    if isinstance(value, dict):
        return {key: moved(each, by) for key, each in value.items()}
    return [moved(each, by) for each in value] if isinstance(value, list) else value


def renamed(value, old, new):
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: renamed(each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, old, new) for each in value]
    return value


def running(flow):
    rows = flow.instances.list(process=PROCESS, status="active", limit=None)
    return [row.id for row in rows]


def places_of(flow):
    return {id: frozenset(flow.instances.get(id).active_elements) for id in running(flow)}


def counted(flow):
    """What every instance waits for, called ones too: tasks, timers, jobs, messages, signals; incidents."""
    tasks = Counter((row.instance, row.element) for row in flow.user_tasks.list(limit=None))
    timers = Counter(row.instance for row in flow.timers.list())
    with flow.store.reading(flow.clock.now()) as tx:
        waiting = [
            Counter(row.instance for row in tx.rows(select(table.c.instance)))
            for table in (tables.message_subscription, tables.signal_subscription)
        ]
        jobs = Counter(row.instance for row in tx.rows(select(tables.job.c.instance)))
    return tasks, timers, jobs, waiting, len(flow.incidents.list(limit=None))

"""Running examinations move to a changed diagram, wherever they wait, and end as if it had been theirs.

`make migration` spreads a thousand (FLOWCASE_MOVED=1000).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.processes.conftest import PROCESSES

from flowcase.access.actor import Actor
from flowcase.errors import FlowcaseError
from flowcase.scenarios import read, stage
from flowcase.scenarios.running import NARRATOR, _Story
from flowcase.scenarios.scene import set_the_scene
from flowcase.values import from_json

PROCESS = "boernefaglig_undersoegelse"
OWNER = Actor("ole", groups=frozenset({"procesejer"}))
STORY = read(PROCESSES / "scenarios" / "UNDERS-01_undersoegelsens_veje.yaml")
MOVED = int(os.environ.get("FLOWCASE_MOVED", "24"))
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
    while flow.migrations.run_waiting():
        pass


def move_all(flow):
    id = flow.migrations.plan(f"{PROCESS}:1", f"{PROCESS}:2", reason="Ny udgave", actor=OWNER)
    foreseen = {item.instance: item.verdict for item in flow.migrations.preview(id, actor=OWNER)}
    flow.migrations.run(id, actor=OWNER)
    work(flow)
    return id, foreseen


@pytest.mark.parametrize("variant", STORY.variants, ids=lambda each: each.id or "story")
def test_every_story_of_the_examination_comes_true_when_it_moves_halfway(variant, tmp_path):
    flow = opened(tmp_path / "home", variant)
    story = _Story(flow, variant)
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


def test_many_examinations_in_every_place_move_at_once_and_back_without_losing_anything(tmp_path):
    flow = opened(tmp_path / "home", STORY.variants[0])
    spread(flow)
    places = places_of(flow)
    before = counted(flow)
    deploy_changed(flow, weeks=2)

    id, foreseen = move_all(flow)

    plan = flow.migrations.get(id, actor=OWNER)
    assert plan.counts == {"moved": plan.total}
    assert plan.total == MOVED
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
    assert len({place for waits in places.values() for place in waits}) >= 6
    flow.migrations.undo(id, reason="For tidligt", actor=OWNER)
    work(flow)
    assert flow.migrations.get(id, actor=OWNER).counts == {"undone": MOVED}
    assert (counted(flow), places_of(flow)) == (before, places)
    assert flow.consistency.check() == []
    flow.close()


def spread(flow):
    """As many examinations as are to move, each in a case of its own and stopped after another step."""
    variant = STORY.variants[0]
    [(model, case)] = list(variant.cases.items())[:1]
    longest = next(each for each in STORY.variants if each.id == "faerdig-foer-vurderingen")
    cases = {f"SAG-{number}": case for number in range(10_000, 10_000 + MOVED)}
    playing = type(variant)(**{**vars(variant), "cases": cases})
    story = _Story(flow, playing)
    set_the_scene(flow, playing)
    steps = [step for step in variant.steps if step.id not in ("forebyggende",)]
    told = []
    for number, code in enumerate(cases):
        last = number % len(steps)
        told += [(step, code) for step in steps[: last + 1]]
    told.sort(key=lambda each: each[0].at)
    for step, code in told:
        story._advance_to(step.at)
        arguments = renamed(dict(step.arguments), model, code)
        try:
            story._do(type(step)(**{**vars(step), "arguments": arguments}))
        except FlowcaseError:
            continue  # this one waits where it is
        story._settle()
    story._advance_to(next(step.at for step in longest.steps if step.at.month == 9))


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
    """Open user tasks, pending timers and jobs of every instance, called ones too."""
    tasks = Counter((row.instance, row.name != "") for row in flow.user_tasks.list(limit=None))
    timers = Counter(row.instance for row in flow.timers.list())
    return tasks, timers, len(flow.incidents.list(limit=None))

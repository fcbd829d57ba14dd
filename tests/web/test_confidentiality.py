"""One rule for every way out: who gets which class of what a case holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.cases.entities import DataClass
from flowcase.errors import Forbidden, InvalidValues
from flowcase.history.exports import FORMATS
from flowcase.services.auditing.exports import Asked
from tests.services.conftest import OPERATOR
from tests.web.world import World

CASE, OPEN = "SAG-2588", "familieteam_syd"
# A mark of each class: the child's name, and what somebody wrote as a reason.
CONFIDENTIAL, SPECIAL = "Noah Elleby", "Mosteren frygter storebroren"
WAYS_OUT = ("pages", "pdf", *FORMATS)

OWN_WORK = {"pages": DataClass.K2, "pdf": DataClass.K2}
GETS: dict[str, dict[str, DataClass]] = {
    "camilla.syd": OWN_WORK,  # its caseworker
    "omar.syd": OWN_WORK,  # of its team
    "karen.fp": {"pages": DataClass.K0},  # casework staff of another team
    "vera.revisor": dict.fromkeys(WAYS_OUT, DataClass.K0),
    "granly": {},  # a supplier that delivers nothing to the child
    "jens.proces": {},
    "drift": {},
    "terminal": dict.fromkeys(FORMATS, DataClass.K2),  # it reads no pages
}


@pytest.fixture
def marked(world: World) -> World:
    [instance, *_] = world.flow.instances.list(case=CASE, status="active")
    world.flow.instances.suspend(instance.id, reason=SPECIAL, actor=SYSTEM)
    world.flow.instances.resume(instance.id, reason=SPECIAL, actor=SYSTEM)
    return world


def _pages(world: World, actor: Actor, _: DataClass) -> str:
    """What the pages of a case and of time travel are made of, and the story that they tell."""
    told = world.flow.history.story(CASE, actor=actor, everything=True)
    then = world.flow.time_travel.at(CASE, world.flow.clock.now(), actor=actor)
    picture = world.flow.case_pictures.of_case(CASE, actor=actor)
    return repr((told, then.moment.facts, [each.values for each in then.moment.records.values()], picture))


def _pdf(world: World, actor: Actor, data_class: DataClass) -> str:
    made = world.flow.case_dossiers.make(CASE, data_class=data_class, purpose="klage", actor=actor)
    told = world.flow.history.story(CASE, actor=actor, up_to=data_class)
    return made.machine.decode() + repr(told)


def _export(format: str) -> Callable[[World, Actor, DataClass], str]:
    def taken(world: World, actor: Actor, data_class: DataClass) -> str:
        leaving = world.flow.exports.begin(format, Asked(case=CASE, data_class=data_class), actor=actor)
        return b"".join(leaving).decode()

    return taken


TAKE = {"pages": _pages, "pdf": _pdf} | {format: _export(format) for format in FORMATS}


@pytest.mark.parametrize("who", GETS)
def test_each_way_out_gives_everybody_what_the_rule_says_and_nothing_above(marked: World, who: str) -> None:
    actor = OPERATOR if who == "terminal" else marked.flow.people.actor(who)

    for way, wanted in itertools.product(WAYS_OUT, DataClass):
        highest = GETS[who].get(way)
        if highest is None:
            with pytest.raises(Forbidden):
                TAKE[way](marked, actor, wanted)
            continue
        if way != "pages" and wanted.rank > highest.rank:
            with pytest.raises(InvalidValues) as refused:
                TAKE[way](marked, actor, wanted)
            assert list(refused.value.errors) == ["klasse"], way
            continue
        found = TAKE[way](marked, actor, wanted)
        got = highest if way == "pages" else wanted
        assert OPEN in found, (way, wanted)
        assert (CONFIDENTIAL in found) is (got.rank >= DataClass.K1.rank), (way, wanted)
        assert (SPECIAL in found) is (got is DataClass.K2), (way, wanted)


def test_an_opening_in_an_emergency_shows_everything_and_lets_nothing_leave(marked: World) -> None:
    karen = marked.flow.people.actor("karen.fp")
    opened = Actor(id=karen.id, name=karen.name, groups=karen.groups, opened_cases=frozenset({CASE}))

    shown = _pages(marked, opened, DataClass.K2)

    assert CONFIDENTIAL in shown
    assert SPECIAL in shown
    for wanted in DataClass:
        with pytest.raises(Forbidden):
            _pdf(marked, opened, wanted)


@pytest.mark.parametrize(
    ("facts", "is_theirs"),
    [
        ({"status": "forebyggende"}, True),
        ({"status": "forebyggende", "team": "familieteam_syd"}, False),  # the team's, who may ask them in
        ({"status": "til_tildeling"}, False),
        ({"status": "undersoegelse", "team": "familieteam_syd"}, False),
    ],
)
def test_a_case_that_is_in_prevention_is_read_by_the_preventive_workers(
    world: World, facts: dict[str, str], is_theirs: bool
) -> None:
    world.flow.cases.open("SAG-2700", child={"navn": "Asta Lund"}, facts=facts, actor=SYSTEM)
    sofie, karen = (world.flow.people.actor(id) for id in ("sofie.fr", "karen.fp"))

    hers = world.flow.case_pictures.of_case("SAG-2700", actor=sofie)

    assert hers.is_close is is_theirs
    assert ("Asta Lund" in repr(hers)) is is_theirs
    assert not world.flow.case_pictures.of_case("SAG-2700", actor=karen).is_close
    if not is_theirs:
        with pytest.raises(Forbidden):
            world.flow.case_dossiers.make("SAG-2700", data_class=DataClass.K0, purpose="klage", actor=sofie)


def test_what_the_daily_meeting_gives_back_to_the_district_is_read_without_an_emergency(
    world: World, sign_in: Callable[[str], Any]
) -> None:
    before = sign_in("sofie.fr").get("/sager/SAG-2593")
    world.complete(
        "afgoer",
        "karen.fp",
        "SAG-2593",
        udfald="til_forebyggende",
        begrundelse="Kan klares i distriktet.",
        informerer_familie="karen.fp",
        kendskabsdato="2026-03-24",
        omraade="syd",
    )

    sofie, karen = (sign_in(id).get("/sager/SAG-2593") for id in ("sofie.fr", "karen.fp"))

    assert "Viktor Ravnshøj" not in before.text
    assert "Viktor Ravnshøj" in sofie.text
    assert "nødadgang" not in sofie.text
    assert "nødadgang" in karen.text

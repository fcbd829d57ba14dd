"""Cases whose time is over: due by the rule set, proposed, approved by another person, erased."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.cases.entities import DataClass
from flowcase.cases.events import CaseClosed, CaseErased
from flowcase.cases.retention import rule_for, rules_of
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.history.exports.line import values_of
from tests.services.conftest import OPERATOR
from tests.web import world as worlds
from tests.web.world import World, at

CASE, OTHER, OPEN = "SAG-2801", "SAG-2802", "SAG-2803"
RULES = [
    {"klasse": "kort", "udfald": ["aabenbart_grundloes"], "maaneder": 6},
    {"klasse": "sag", "maaneder": None},
]


def _made(flow: Flowcase) -> World:
    """Three cases; two are closed on 24 March, one of them with an outcome that is kept six months only."""
    world = World(flow)
    flow.clock.set(at(24, 8).astimezone(dt.UTC))
    worlds._populate(world)
    flow.rule_sets.use(settings={"opbevaring": RULES}, actor=SYSTEM)
    for code in (CASE, OTHER, OPEN):
        facts = {"team": "familieteam_syd", "kendskabsdato": dt.date(2026, 3, 24)}
        flow.cases.open(code, child={"navn": f"Barn {code}"}, facts=facts, actor=SYSTEM)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        for code, outcome in ((CASE, "aabenbart_grundloes"), (OTHER, "afsluttet")):
            tx.append(f"case:{code}", CaseClosed(case=code, outcome=outcome))
    return world


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("retention")
    bootstrap.upgrade(worlds._config(home))
    world = worlds.open_world(home, now=at(24, 8))
    _made(world.flow)
    world.flow.close()
    return home


@pytest.fixture
def world(made: Path, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(made, tmp_path / "home")
    opened = worlds.open_world(tmp_path / "home", now=at(24, 8))
    yield opened
    opened.flow.close()


def _later(world: World, month: int = 9, day: int = 25) -> None:
    world.flow.clock.set(dt.datetime(2026, month, day, 7, tzinfo=dt.UTC))


def _due(world: World) -> list[str]:
    return [each.code for each in world.flow.retention.overview(actor=OPERATOR).due]


def _approved(world: World) -> str:
    """A proposal of the team leader that the head of authority has said yes to."""
    flow = world.flow
    id = flow.retention.propose([CASE], actor=flow.people.actor("else.syd"))
    flow.retention.decide(id, is_approved=True, actor=flow.people.actor("anders.myn"))
    return id


def test_a_case_is_due_the_day_after_its_time_and_never_without_a_number(world: World) -> None:
    _later(world, 9, 24)
    on_the_last_day = _due(world)
    _later(world, 9, 25)

    assert on_the_last_day == []
    assert _due(world) == [CASE]
    world.flow.rule_sets.use(settings={"opbevaring": [{"klasse": "sag", "maaneder": None}]}, actor=SYSTEM)
    assert _due(world) == []


def test_a_case_that_is_opened_again_is_erased_no_more_though_it_was_approved(world: World) -> None:
    _later(world)
    _approved(world)
    with world.flow.store.begin(SYSTEM, world.flow.clock.now()) as tx:
        world.flow.cases._open_work(tx, case=CASE).reopen_case(CASE, "modtaget", reason="Ny underretning")

    done = world.flow.retention.carry_out(actor=OPERATOR)

    assert (done.erased, [code for code, _ in done.kept]) == ((), [CASE])
    assert _due(world) == []
    assert world.flow.cases.get(CASE, actor=SYSTEM).erased_at is None


def test_what_a_second_person_approved_is_erased_and_the_history_says_who(flow: Flowcase) -> None:
    world = _made(flow)
    _later(world)
    id = _approved(world)
    before = flow.cases.get(CASE, actor=SYSTEM)

    done = flow.retention.carry_out(actor=OPERATOR)

    assert (done.erased, done.kept) == ((CASE,), ())
    assert before.erased_at is None
    assert flow.cases.get(CASE, actor=SYSTEM).erased_at is not None
    assert flow.cases.get(OTHER, actor=SYSTEM).erased_at is None
    told = [row for row in flow.history.of_stream("installation") if "Eras" in row.kind]
    assert [(row.kind, row.actor) for row in told] == [
        ("ErasureProposed", "else.syd"),
        ("ErasureDecided", "anders.myn"),
        ("CaseErased", "operator"),
        ("ErasureCarriedOut", "operator"),
    ]
    assert told[2].event.approved_by == "anders.myn"  # type: ignore[union-attr]
    [proposal] = flow.retention.overview(actor=OPERATOR).proposals
    assert (proposal.row.id, proposal.row.status, proposal.items[0].status) == (id, "done", "erased")
    assert flow.history.verify() == []
    assert flow.retention.carry_out(actor=OPERATOR).erased == ()


def test_an_erasure_tells_by_which_rule_and_how_much_and_nothing_of_what(world: World) -> None:
    """Also when the setting is another by the time that somebody asks."""
    _later(world)
    _approved(world)
    flow = world.flow
    closed_at = flow.cases.get(CASE, actor=SYSTEM).closed_at
    events = len(flow.history.of_stream(f"case:{CASE}"))
    flow.retention.carry_out(actor=OPERATOR)
    flow.rule_sets.use(settings={"opbevaring": [{"klasse": "sag", "maaneder": None}]}, actor=SYSTEM)

    [row] = [each for each in flow.history.of_stream("installation") if each.kind == "CaseErased"]

    told = row.event
    assert isinstance(told, CaseErased)
    assert (told.document_class, told.months, told.outcome) == ("kort", 6, "aabenbart_grundloes")
    assert (told.closed_at, told.kept_until) == (closed_at, dt.date(2026, 9, 24))
    assert (told.events, told.records, told.documents) == (events, 1, 0)
    assert told.rule_sets
    assert "Barn" not in repr(told)
    exported = values_of(told, DataClass.K0, lambda name: name)
    assert (exported["document_class"], exported["kept_until"]) == ("kort", dt.date(2026, 9, 24))


def test_a_document_with_a_later_day_keeps_the_whole_case_until_then(world: World) -> None:
    flow, last = world.flow, dt.date(2026, 10, 1)
    document = flow.cases.add_record("Dokument", {"status": "klar"}, case=CASE, actor=SYSTEM)
    periods = flow.retention.documents
    id = periods.propose(document, until=last, reason="arkivpligt", actor=flow.people.actor("else.syd"))
    periods.decide(id, is_approved=True, actor=flow.people.actor("anders.myn"))

    _later(world, 10, 1)
    on_the_day = _due(world)
    with pytest.raises(Refused, match="kept until 2026-10-01"):
        flow.erasure.erase(CASE, reason="udloebet", approved_by="anders.myn", actor=OPERATOR)
    _later(world, 10, 2)

    assert on_the_day == []
    assert _due(world) == [CASE]


def test_one_case_is_erased_once_also_when_the_run_was_killed_behind_the_erasure(world: World) -> None:
    flow = world.flow
    asked = {"reason": "fejloprettet", "also_open": True, "actor": OPERATOR}
    waiting = flow.retention.erase_one(OPEN, **asked)
    flow.retention.decide(waiting.proposal, is_approved=True, actor=flow.people.actor("anders.myn"))
    flow.erasure.erase(OPEN, reason="fejloprettet", approved_by="anders.myn", also_open=True, actor=OPERATOR)

    again = flow.retention.erase_one(OPEN, **asked)

    assert (waiting.erased, again.proposal) == (None, waiting.proposal)
    assert again.erased is not None and again.erased.case == OPEN
    [proposal] = flow.retention.overview(actor=OPERATOR).proposals
    assert (proposal.row.status, proposal.items[0].status) == ("done", "erased")
    with pytest.raises(Conflict):
        flow.retention.erase_one(OPEN, **asked)
    with pytest.raises(Forbidden):
        flow.retention.erase_one(CASE, reason="fejloprettet", actor=flow.people.actor("anders.myn"))


def test_nobody_approves_their_own_proposal_and_nobody_else_may(world: World) -> None:
    flow = world.flow
    _later(world)
    anders = flow.people.actor("anders.myn")
    id = flow.retention.propose([CASE], actor=anders)

    for actor in (anders, flow.people.actor("else.syd"), flow.people.actor("vera.revisor"), OPERATOR, SYSTEM):
        with pytest.raises(Forbidden):
            flow.retention.decide(id, is_approved=True, actor=actor)

    assert flow.retention.carry_out(actor=OPERATOR).erased == ()
    assert flow.cases.get(CASE, actor=SYSTEM).erased_at is None


def test_a_proposal_is_decided_once_and_a_declined_one_may_be_proposed_again(world: World) -> None:
    flow = world.flow
    _later(world)
    else_, anders = flow.people.actor("else.syd"), flow.people.actor("anders.myn")
    id = flow.retention.propose([CASE], actor=else_)
    with pytest.raises(Refused, match="allerede"):
        flow.retention.propose([CASE], actor=else_)

    flow.retention.decide(id, is_approved=False, actor=anders)

    with pytest.raises(Conflict):
        flow.retention.decide(id, is_approved=True, actor=anders)
    with pytest.raises(NotFound):
        flow.retention.decide("findes-ikke", is_approved=True, actor=anders)
    assert flow.retention.carry_out(actor=OPERATOR).erased == ()
    assert flow.retention.propose([CASE], actor=else_) != id


def test_a_legal_hold_stops_a_proposal_and_also_one_that_was_approved(world: World) -> None:
    flow = world.flow
    _later(world)
    anders = flow.people.actor("anders.myn")
    flow.erasure.hold(CASE, reason="klagesag", actor=anders)
    with pytest.raises(Refused, match="klagesag"):
        flow.retention.propose([CASE], actor=anders)
    flow.erasure.lift(CASE, reason="sag_afgjort", actor=anders)
    _approved(world)

    flow.erasure.hold(CASE, reason="retssag", actor=anders)
    done = flow.retention.carry_out(actor=OPERATOR)

    assert (done.erased, done.kept) == ((), ((CASE, "slettestop"),))
    assert flow.cases.get(CASE, actor=SYSTEM).erased_at is None
    assert [each.hold is not None for each in flow.retention.overview(actor=anders).due] == [True]


def test_what_changed_since_the_yes_is_kept(world: World) -> None:
    flow = world.flow
    _later(world)
    _approved(world)
    flow.rule_sets.use(settings={"opbevaring": [{"klasse": "sag", "maaneder": 60}]}, actor=SYSTEM)

    assert flow.retention.carry_out(actor=OPERATOR).kept == ((CASE, "ikke_laengere_udloebet"),)


def test_who_approved_and_left_has_no_say_any_more(world: World) -> None:
    flow = world.flow
    _later(world)
    _approved(world)
    flow.people.deactivate("anders.myn", actor=OPERATOR)

    assert flow.retention.carry_out(actor=OPERATOR).kept == ((CASE, "godkender_findes_ikke"),)


def test_a_run_that_was_killed_after_an_erasure_goes_on(world: World) -> None:
    flow = world.flow
    _later(world)
    _approved(world)
    flow.erasure.erase(CASE, reason="opbevaring_udloebet", approved_by="anders.myn", actor=OPERATOR)

    done = flow.retention.carry_out(actor=OPERATOR)

    assert done.erased == (CASE,)
    assert flow.retention.overview(actor=OPERATOR).proposals[0].row.status == "done"


@pytest.mark.parametrize(
    ("cases", "reason", "actor", "error"),
    [
        ([], "opbevaring_udloebet", "else.syd", Refused),
        ([OPEN], "opbevaring_udloebet", "else.syd", Refused),
        ([OTHER], "opbevaring_udloebet", "else.syd", Refused),
        (["SAG-9"], "opbevaring_udloebet", "else.syd", Refused),
        ([CASE], "Barn Hansen er flyttet", "else.syd", Refused),
        ([CASE], "opbevaring_udloebet", "camilla.syd", Forbidden),
        ([CASE], "opbevaring_udloebet", "vera.revisor", Forbidden),
        ([CASE], "opbevaring_udloebet", "drift", Forbidden),
    ],
)
def test_a_proposal_that_is_not_in_order_is_refused(
    world: World, cases: list[str], reason: str, actor: str, error: type[Exception]
) -> None:
    _later(world)

    with pytest.raises(error):
        world.flow.retention.propose(cases, reason=reason, actor=world.flow.people.actor(actor))

    assert world.flow.retention.overview(actor=OPERATOR).proposals == []


def test_only_the_terminal_carries_out_and_only_who_decides_looks(world: World) -> None:
    flow = world.flow
    for actor in (flow.people.actor("anders.myn"), Actor("drift", groups=frozenset({"administrator"}))):
        with pytest.raises(Forbidden):
            flow.retention.carry_out(actor=actor)
    with pytest.raises(Forbidden):
        flow.retention.overview(actor=flow.people.actor("karen.fp"))
    with pytest.raises(Forbidden):
        flow.erasure.hold(CASE, reason="klagesag", actor=flow.people.actor("else.syd"))


@pytest.mark.parametrize("wrong", [[{"maaneder": 3}], [{"klasse": "x", "maaneder": 0}], ["x"]])
def test_a_setting_that_says_nothing_is_refused_instead_of_erasing(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"klasse|maaneder"):
        rules_of(wrong)


def test_the_first_class_whose_outcome_fits_counts() -> None:
    rules = rules_of(RULES)

    assert [rule_for(rules, each).id for each in ("aabenbart_grundloes", "andet", None)] == [  # type: ignore[union-attr]
        "kort",
        "sag",
        "sag",
    ]

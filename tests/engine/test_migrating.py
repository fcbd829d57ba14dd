"""A running instance moves to another version: it goes on as if it had been there all the time."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from by_hand import NOW, Hand
from random_processes import KEY, draw
from small_diagrams import (
    boundary,
    call,
    catch,
    cycle,
    date,
    duration,
    each,
    end,
    event_based,
    event_sub_process,
    message,
    parallel,
    process,
    service,
    signal,
    start,
    sub_process,
    user,
)
from walking import _first, _next
from worlds import ByEngine, ByHand, TooMuch

from flowcase.engine import CannotMigrate, State, migrate
from flowcase.errors import Conflict
from flowcase.model import (
    CompleteElement,
    FailElement,
    FireTimer,
    IncidentKind,
    InstanceStatus,
    MigrateInstance,
    RetryElement,
    StartInstance,
    TimerFired,
    UndoMigration,
)
from flowcase.modeling.definition import CatchUp, ProcessDefinition, TimerEvent, TimerKind
from flowcase.modeling.migration_mapping import misfits, propose


def moved(hand, new, mapping=None, **options):
    """Move what is driven by hand; what came of it."""
    mapping = propose(hand.definition, new) if mapping is None else mapping
    done = migrate(
        hand.definition, new, hand.saved, MigrateInstance(target="proces:2", mapping=mapping, **options),
        source="proces:1", now=hand.now, **hand.options,
    )  # fmt: skip
    hand.definition, hand.saved = new, done.state.to_bytes()
    return done.events


def undone(hand, old, before):
    done = migrate(
        hand.definition, old, hand.saved, UndoMigration(target="proces:1", before=before),
        source="proces:2", now=hand.now, **hand.options,
    )  # fmt: skip
    hand.definition, hand.saved = old, done.state.to_bytes()
    return done.events


def kinds(events):
    return [type(event).__name__ for event in events]


def obstacles(hand, new, mapping=None):
    with pytest.raises(CannotMigrate) as refused:
        moved(hand, new, mapping)
    return [(each.code, each.element) for each in refused.value.obstacles]


def test_an_open_task_moves_unchanged_and_the_added_task_comes_next():
    hand = Hand(process(start(), user("a"), end()))
    hand.do(StartInstance(variables={"n": Decimal(1)}))
    key = hand.at("a")

    told = moved(hand, process(start(), user("a"), user("ny"), end()))

    assert kinds(told) == ["InstanceMigrated"]
    assert (told[0].source, told[0].target, told[0].elements) == ("proces:1", "proces:2", {})
    assert hand.at("a") == key
    hand.do(CompleteElement(element_instance=key))
    hand.do(CompleteElement(element_instance=hand.at("ny")))
    assert hand.state.status is InstanceStatus.COMPLETED
    assert hand.state.variables() == {"n": Decimal(1)}


def test_a_task_with_another_id_is_found_by_its_name_and_keeps_its_key():
    hand = Hand(process(start(), user("a", name="Vurder"), boundary("frist", "a", duration("P9D")), end()))
    hand.do(StartInstance())
    key, due = hand.at("a"), hand.state.subscriptions[hand.waiting("frist")].due_at
    new = process(
        start(), user("b", name="Vurder"), boundary("f2", "b", duration("P9D"), name="frist"), end()
    )

    told = moved(hand, new)

    assert told[0].elements == {key: "b"}
    assert told[0].mapping == {"a": "b", "frist": "f2"}
    assert (hand.at("b"), hand.state.subscriptions[hand.waiting("f2")].due_at) == (key, due)


def test_a_task_that_is_drawn_otherwise_tells_its_row_only_what_changed():
    hand = Hand(process(start(), user("a", form_id="F-1", candidate_groups="team"), end()))
    hand.do(StartInstance())

    told = moved(
        hand, process(start(), user("a", name="Nyt", form_id="F-2", candidate_groups="leder"), end())
    )

    assert told[1].changes == {"name": "Nyt", "form": "F-2", "candidate_groups": ["leder"]}


def test_a_changed_timer_counts_from_where_the_old_one_counted():
    hand = Hand(process(start(), user("a"), boundary("frist", "a", duration("P42D")), end()))
    hand.do(StartInstance())
    hand.now = NOW + dt.timedelta(days=10)

    told = moved(hand, process(start(), user("a"), boundary("frist", "a", duration("P35D")), end()))

    timer = hand.state.subscriptions[hand.waiting("frist")]
    assert kinds(told) == ["InstanceMigrated", "TimerCancelled", "TimerScheduled"]
    assert timer.entered_at == NOW
    assert timer.due_at.date() == NOW.date() + dt.timedelta(days=35)


def test_a_timer_that_is_over_by_the_new_version_is_due_at_once():
    hand = Hand(process(start(), catch("vent", duration("P42D")), user("a"), end()))
    hand.do(StartInstance())
    hand.now = NOW + dt.timedelta(days=10)

    moved(hand, process(start(), catch("vent", duration("P5D")), user("a"), end()))
    hand.do(FireTimer(timer=hand.waiting("vent")))

    assert hand.at("a")


def test_a_changed_cycle_goes_on_with_the_next_one_that_is_still_to_come():
    old = process(
        start(), user("a"), boundary("rykker", "a", cycle("R/P7D"), interrupting=False), end(), end("e"),
        flows=("start -> a", "a -> end", "rykker -> e"),
    )  # fmt: skip
    new = process(
        start(), user("a"), boundary("rykker", "a", cycle("R/P3D"), interrupting=False), end(), end("e"),
        flows=("start -> a", "a -> end", "rykker -> e"),
    )  # fmt: skip
    hand = Hand(old)
    hand.do(StartInstance())
    hand.now = NOW + dt.timedelta(days=4)

    moved(hand, new)

    assert hand.state.subscriptions[hand.waiting("rykker")].due_at == NOW + dt.timedelta(days=6)


@pytest.mark.parametrize(
    ("drawn", "fired"),
    [
        (cycle("R/P3D", CatchUp.ONCE), [7]),
        (cycle("R/P3D", CatchUp.ALL), [7, 9]),
        (cycle("R3/P3D", CatchUp.ALL), [7, 9]),
        (cycle("0 9 * * *", CatchUp.ALL), [7, 8, 9, 10]),
        (cycle("R2/P3D", CatchUp.ALL), [7]),
    ],
    ids=["once", "all", "counted", "cron", "over"],
)
def test_what_was_due_of_a_cycle_before_the_move_is_not_lost_by_it(drawn, fired):
    def reminded(event):
        return process(
            start(), user("a"), boundary("rykker", "a", event, interrupting=False), end(), end("e"),
            flows=("start -> a", "a -> end", "rykker -> e"),
        )  # fmt: skip

    hand = Hand(reminded(cycle("R/P7D")))
    hand.do(StartInstance())
    hand.now = NOW + dt.timedelta(days=10)

    moved(hand, reminded(drawn))
    told = []
    while due := [each for each in hand.state.subscriptions.values() if each.due_at <= hand.now]:
        told += hand.do(FireTimer(timer=due[0].key))

    days = [(each.due_at - NOW) / dt.timedelta(days=1) for each in told if isinstance(each, TimerFired)]
    assert days == fired


def test_an_added_boundary_timer_counts_from_when_the_task_was_entered():
    hand = Hand(process(start(), user("a"), end()))
    hand.do(StartInstance())
    hand.now = NOW + dt.timedelta(days=4)
    new = process(start(), user("a"), boundary("frist", "a", duration("P9D")), end())

    moved(hand, new, entered={hand.at("a"): NOW})

    assert hand.state.subscriptions[hand.waiting("frist")].due_at == NOW + dt.timedelta(days=9)


def test_a_boundary_event_that_is_gone_stops_and_one_that_has_happened_stays_over():
    def drawn(*events):
        return process(
            start(), user("a"), *events, end(), *(end(f"e{each.id}") for each in events),
            flows=("start -> a", "a -> end", *(f"{each.id} -> e{each.id}" for each in events)),
        )  # fmt: skip

    once = boundary("en", "a", duration("P1D"), interrupting=False)
    gone = boundary("to", "a", message("svar"))
    hand = Hand(drawn(once, gone))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    hand.now = NOW + dt.timedelta(days=2)
    hand.do(FireTimer(timer=hand.waiting("en")))

    told = moved(hand, drawn(once))

    assert kinds(told) == ["InstanceMigrated", "MessageUnsubscribed"]
    assert not hand.state.subscriptions


def test_a_message_with_another_name_is_waited_for_instead():
    hand = Hand(process(start(), catch("vent", message("svar")), end()))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))

    told = moved(hand, process(start(), catch("vent", message("nyt_svar")), end()))

    assert kinds(told) == ["InstanceMigrated", "MessageUnsubscribed", "MessageSubscribed"]
    assert hand.state.subscriptions[hand.waiting("vent")].name == "nyt_svar"


def test_an_event_based_gateway_waits_for_what_the_new_version_draws_behind_it():
    def drawn(*catches):
        return process(
            start(), event_based("valg"), *catches, end(),
            flows=("start -> valg", *(f"valg -> {e.id}" for e in catches),
                   *(f"{e.id} -> end" for e in catches)),
        )  # fmt: skip

    svar, tid = catch("svar", message("svar")), catch("tid", duration("P3D"))
    hand = Hand(drawn(svar, tid))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))

    told = moved(hand, drawn(svar, catch("stop", signal("stop"))))

    assert kinds(told) == ["InstanceMigrated", "TimerCancelled", "SignalSubscribed"]
    assert sorted(each.element for each in hand.state.subscriptions.values()) == ["stop", "svar"]


def test_an_event_sub_process_that_is_added_begins_to_listen():
    hand = Hand(process(start(), user("a"), end()))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    new = process(
        start(), user("a"), end(),
        event_sub_process("hvis"), start("naar", parent="hvis", event=message("stop")),
        end("ud", parent="hvis"),
        flows=("start -> a", "a -> end", "naar -> ud"),
    )  # fmt: skip

    told = moved(hand, new)

    assert kinds(told) == ["InstanceMigrated", "MessageSubscribed"]


FORK = ("start -> del", "del -> a", "del -> b", "a -> saml", "b -> saml", "saml -> c", "c -> end")


def fork(*more, flows=FORK):
    return process(
        start(), parallel("del"), user("a"), user("b"), parallel("saml"), user("c"), end(), *more, flows=flows
    )


def test_a_token_that_waits_at_a_join_knows_its_flow_when_a_task_was_drawn_before_it():
    hand = Hand(fork())
    hand.do(StartInstance())
    hand.do(CompleteElement(element_instance=hand.at("a")))
    flows = (
        "start -> del",
        "del -> a",
        "del -> b",
        "a -> ny",
        "ny -> saml",
        "b -> saml",
        "saml -> c",
        "c -> end",
    )

    moved(hand, fork(user("ny"), flows=flows))
    hand.do(CompleteElement(element_instance=hand.at("b")))

    assert hand.at("c")


def test_a_join_with_a_new_branch_that_nothing_is_on_is_refused():
    hand = Hand(fork())
    hand.do(StartInstance())
    new = fork(user("ny"), flows=(*FORK, "del -> ny", "ny -> saml"))

    refused = obstacles(hand, new)

    assert refused == [("join_would_wait", "saml")]


def test_a_new_branch_is_no_obstacle_before_the_fork():
    def drawn(*more, flows=()):
        parts = (parallel("del"), user("a"), user("b"), *more, parallel("saml"), user("c"), end())
        first = ("start -> foer", "foer -> del")
        return process(start(), user("foer"), *parts, flows=(*first, *FORK[1:], *flows))

    hand = Hand(drawn())
    hand.do(StartInstance())
    new = drawn(user("ny"), flows=("del -> ny", "ny -> saml"))

    moved(hand, new)

    assert hand.at("foer")


def test_a_join_that_has_lost_the_missing_branch_goes_on():
    hand = Hand(fork())
    hand.do(StartInstance())
    hand.do(CompleteElement(element_instance=hand.at("a")))
    other = hand.at("b")
    new = fork(end("ud"), flows=(*FORK[:4], "b -> ud", *FORK[5:]))

    moved(hand, new)

    assert hand.at("c")
    assert hand.at("b") == other


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ([user("a")], [user("b")], ("no_successor", "a")),
        ([user("a")], [service("a")], ("other_kind", "a")),
        ([catch("a", message("svar"))], [catch("a", signal("svar"))], ("other_event", "a")),
        ([service("a", "gem")], [service("a", "send")], ("job_in_flight", "a")),
        ([user("a")], [user("a", loop=each("[1,2]"))], ("other_loop", "a")),
        (
            [catch("a", duration("P1D"))],
            [catch("a", date("=ukendt"))],
            ("cannot_be_computed", "a"),
        ),
    ],
)
def test_what_cannot_move_says_which_element_and_why(old, new, refused):
    hand = Hand(process(start(), *old, end()))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    before = hand.saved
    after = process(start(), *new, end())
    mapping = {id: id for id in ("start", "a", "end") if id in after.elements}

    assert obstacles(hand, after, mapping) == [refused]
    assert hand.saved == before


def test_a_task_cannot_move_into_another_sub_process():
    hand = Hand(process(start(), user("a"), end()))
    hand.do(StartInstance())
    new = process(
        start(), sub_process("s"), end(), start("s1", parent="s"), user("a", parent="s"),
        end("s2", parent="s"),
        flows=("start -> s", "s -> end", "s1 -> a", "a -> s2"),
    )  # fmt: skip

    assert obstacles(hand, new) == [("other_sub_process", "a")]


def test_a_job_that_stands_still_may_get_another_type_and_asks_for_it_when_it_is_tried_again():
    hand = Hand(process(start(), service("a", "gem"), end()))
    hand.do(StartInstance())
    hand.do(FailElement(element_instance=hand.at("a"), kind=IncidentKind.JOB_FAILED, message="nede"))

    moved(hand, process(start(), service("a", "send"), end()))
    told = hand.do(RetryElement(element_instance=hand.at("a")))

    assert [event.type for event in told if type(event).__name__ == "JobRequested"] == ["send"]


def test_a_called_process_and_an_incident_go_on_under_their_keys():
    hand = Hand(process(start(), call("kald", "andet"), end()))
    hand.do(StartInstance())
    key = hand.at("kald")
    hand.do(FailElement(element_instance=key, kind=IncidentKind.CALLED_PROCESS_MISSING, message="mangler"))

    moved(hand, process(start(), call("kald", "tredje"), end()))

    assert [(each.element_instance, each.status) for each in hand.state.waiting()] == [(key, "incident")]


def test_each_of_several_goes_on_and_a_new_output_collection_is_laid_out():
    hand = Hand(process(start(), user("a", loop=each("[1,2]", "ting")), end()))
    hand.do(StartInstance())
    new = process(
        start(),
        user("a", loop=each("[1,2]", "punkt", output="svar", output_element="punkt * 10")),
        user("b"),
        end(),
    )

    moved(hand, new)
    for token in [place.element_instance for place in hand.state.waiting()][1:]:
        hand.do(CompleteElement(element_instance=token))

    assert hand.at("b")
    assert hand.state.variables()["svar"] == [Decimal(10), Decimal(20)]


def test_undoing_a_move_brings_back_the_state_and_what_had_stopped():
    old = process(start(), user("a"), boundary("frist", "a", duration("P42D")), end())
    hand = Hand(old)
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    before, due = hand.saved, hand.state.subscriptions[hand.waiting("frist")].due_at
    moved(hand, process(start(), user("a", name="Nyt"), boundary("andet", "a", message("svar")), end()))

    told = undone(hand, old, before)

    assert kinds(told) == ["InstanceMigrated", "MessageUnsubscribed", "TimerScheduled", "UserTaskRedrawn"]
    assert told[-1].changes == {"name": "a"}
    assert hand.state.subscriptions[hand.waiting("frist")].due_at == due
    hand.do(CompleteElement(element_instance=hand.at("a")))
    assert hand.state.status is InstanceStatus.COMPLETED


def test_a_move_cannot_be_undone_once_the_instance_has_gone_on():
    old = process(start(), user("a"), user("b"), end())
    hand = Hand(old)
    hand.do(StartInstance())
    before = hand.saved
    moved(hand, process(start(), user("a"), user("b"), user("c"), end()))
    hand.do(CompleteElement(element_instance=hand.at("a")))

    with pytest.raises(Conflict, match="gone on since"):
        undone(hand, old, before)


def test_a_mapping_of_unlike_or_unknown_elements_is_told_pair_by_pair():
    old, new = process(start(), user("a"), end()), process(start(), user("b"), service("c"), end())

    found = misfits(old, new, {"a": "c", "x": "b", "start": "y", "end": "end"})

    assert [(each.source, each.target, each.code) for each in found] == [
        ("a", "c", "other_kind"),
        ("x", "b", "unknown_source"),
        ("start", "y", "unknown_target"),
    ]


# --- random processes ------------------------------------------------------------------------------


def copied(definition: ProcessDefinition, prefix: str) -> tuple[ProcessDefinition, dict[str, str]]:
    """The same process with another id for every element and flow."""

    def name(id: str | None) -> str | None:
        return None if id is None else prefix + id

    elements = {
        prefix + id: replace(
            element, id=prefix + id, parent=name(element.parent), attached_to=name(element.attached_to),
            default_flow=name(element.default_flow),
            incoming=tuple(prefix + each for each in element.incoming),
            outgoing=tuple(prefix + each for each in element.outgoing),
        )
        for id, element in definition.elements.items()
    }  # fmt: skip
    flows = {
        prefix + id: replace(flow, id=prefix + id, source=prefix + flow.source, target=prefix + flow.target)
        for id, flow in definition.flows.items()
    }
    copy = replace(definition, elements=elements, flows=flows, content_hash=prefix + definition.content_hash)
    return copy, {id: prefix + id for id in definition.elements}


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_a_random_instance_that_moves_to_a_copy_and_back_lives_as_if_it_had_not(first):
    moves = 0
    for seed in range(first, first + 50):
        drawn, chance = draw(seed, size=3), random.Random(seed)
        copies = {id: copied(definition, "ny_") for id, definition in drawn.definitions.items()}
        hand, world = ByHand(drawn), ByEngine(drawn, saves=True, prunes=True)
        for number in range(12):
            act = _first(drawn, chance) if number == 0 else _next(hand, chance, number)
            if act is None:
                break
            try:
                hand.do(act)
            except TooMuch:
                break
            world.do(act)
            for run in world.instances:
                if run.opened is None or run.opened.status is not InstanceStatus.ACTIVE:
                    continue
                old = run.definition
                new, mapping = copies[old.id]
                there = migrate(
                    old, new, run.state, MigrateInstance(target="2", mapping=mapping),
                    source="1", now=world.now, facts={KEY: KEY},
                )  # fmt: skip
                back = {after: before for before, after in mapping.items()}
                again = migrate(
                    new, old, there.state.to_bytes(), MigrateInstance(target="1", mapping=back),
                    source="2", now=world.now, facts={KEY: KEY},
                )  # fmt: skip
                assert kinds(there.events) == kinds(again.events) == ["InstanceMigrated"], seed
                run.state = again.state.to_bytes()
                run.opened = State.from_bytes(run.state, old)
                moves += 1
            assert world.picture() == hand.picture(), seed
    assert moves > 100


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_in_a_random_instance_every_changed_timer_is_due_as_computed_by_hand(first):
    changed = 0
    for seed in range(first, first + 50):
        drawn, chance = draw(seed, size=3), random.Random(seed)
        hand, world = ByHand(drawn), ByEngine(drawn, saves=True, prunes=True)
        for number in range(8):
            act = _first(drawn, chance) if number == 0 else _next(hand, chance, number)
            if act is None:
                break
            try:
                hand.do(act)
            except TooMuch:
                break
            world.do(act)
        main = world.instances[0]
        if main.opened.status is not InstanceStatus.ACTIVE:
            continue
        old = main.definition
        elements = {
            id: replace(element, event=duration("P100D"))
            if isinstance(element.event, TimerEvent) and element.event.kind is TimerKind.DURATION
            else element
            for id, element in old.elements.items()
        }
        new = replace(old, elements=elements, content_hash="længere")
        before = main.opened

        done = migrate(
            old, new, main.state, MigrateInstance(target="2", mapping=propose(old, new)),
            source="1", now=world.now, facts={KEY: KEY},
        )  # fmt: skip

        after = State.from_bytes(done.state.to_bytes(), new)
        for wait in before.subscriptions.values():
            event = old.elements[wait.element].event
            is_changed = isinstance(event, TimerEvent) and event.kind is TimerKind.DURATION
            now = [
                each
                for each in after.subscriptions.values()
                if (each.element, each.host) == (wait.element, wait.host)
            ]
            if is_changed:
                changed += 1
                local = wait.entered_at + dt.timedelta(days=100)
                assert [abs(each.due_at - local) <= dt.timedelta(hours=1) for each in now] == [True], seed
            else:
                assert wait in now, seed
        assert len(after.subscriptions) == len(before.subscriptions), seed
    assert changed > 0

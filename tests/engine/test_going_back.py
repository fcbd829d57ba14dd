"""Back to an earlier state: everything waits as it did, under new keys, and goes on from there."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from by_hand import Hand
from random_processes import KEY, draw
from small_diagrams import boundary, duration, end, message, parallel, process, service, start, user
from walking import _first, _next
from worlds import ByEngine, ByHand, TooMuch

from flowcase.engine import State, advance, way_back
from flowcase.errors import Conflict
from flowcase.model import CompleteElement, GoBack, InstanceStatus, StartInstance


def test_a_task_that_was_done_is_open_again_and_what_came_after_it_is_cancelled():
    hand = Hand(
        process(
            start(), user("a"), boundary("frist", "a", duration("P9D")), user("b"), end(), end("sent"),
            flows=("start -> a", "a -> b", "b -> end", "frist -> sent"),
        )
    )  # fmt: skip
    hand.do(StartInstance(variables={"n": Decimal(1), "sag_id": "S-1"}))
    earlier, first = hand.saved, hand.at("a")
    due = next(iter(hand.state.subscriptions.values())).due_at
    hand.do(CompleteElement(element_instance=first, variables={"n": Decimal(2), "ny": True}))

    told = hand.do(GoBack(earlier=earlier))

    assert [type(event).__name__ for event in told] == [
        "UserTaskCancelled", "ElementCancelled", "ElementEntered", "VariablesChanged", "UserTaskCreated",
        "TimerScheduled",
    ]  # fmt: skip
    assert hand.at("a") != first
    assert hand.state.variables() == {"n": Decimal(1), "sag_id": "S-1"}
    assert [each.due_at for each in hand.state.subscriptions.values()] == [due]
    hand.do(CompleteElement(element_instance=hand.at("a")))
    hand.do(CompleteElement(element_instance=hand.at("b")))
    assert hand.state.status is InstanceStatus.COMPLETED


def test_what_waits_all_the_while_keeps_its_key():
    hand = Hand(
        process(
            start(), parallel("del"), user("a"), user("b"), boundary("svar", "b", message("svar")),
            parallel("saml"), end(), end("ud"),
            flows=(
                "start -> del", "del -> a", "del -> b", "a -> saml", "b -> saml", "saml -> end", "svar -> ud",
            ),
        )
    )  # fmt: skip
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    earlier, other, subscription = hand.saved, hand.at("b"), hand.waiting("svar")
    hand.do(CompleteElement(element_instance=hand.at("a")))

    way = way_back(hand.state, State.from_bytes(earlier, hand.definition))
    hand.do(GoBack(earlier=earlier))

    assert (way.opens, way.cancels, way.keeps) == (("a",), ("saml",), ("b",))
    assert (hand.at("b"), hand.waiting("svar")) == (other, subscription)
    assert sorted(each.element for each in hand.state.waiting()) == ["a", "b"]


def test_a_job_that_has_been_done_since_stands_in_the_way():
    hand = Hand(
        process(
            start(), parallel("del"), user("a"), service("send"), parallel("saml"), end(),
            flows=(
                "start -> del", "del -> a", "del -> send", "a -> saml", "send -> saml", "saml -> end",
            ),
        )
    )  # fmt: skip
    hand.do(StartInstance())
    earlier = hand.saved
    hand.do(CompleteElement(element_instance=hand.at("send")))
    before = hand.saved

    with pytest.raises(Conflict, match="has ended since"):
        hand.do(GoBack(earlier=earlier))

    assert way_back(hand.state, State.from_bytes(earlier, hand.definition)).done_since == ("send",)
    assert hand.saved == before


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_a_random_instance_that_went_back_is_where_it_was(first):
    went = 0
    for seed in range(first, first + 50):
        drawn, chance = draw(seed, size=3), random.Random(seed)
        hand, world = ByHand(drawn), ByEngine(drawn, saves=True, prunes=True)
        kept = []
        for number in range(12):
            act = _first(drawn, chance) if number == 0 else _next(hand, chance, number)
            if act is None or act.kind == "cancel":
                break
            try:
                hand.do(act)
            except TooMuch:
                break
            world.do(act)
            kept.append((world.instances[0].state, _own(world)))
        main = world.instances[0]
        if main.opened.status is not InstanceStatus.ACTIVE:
            continue
        for saved, picture in kept:
            earlier = State.from_bytes(saved, main.definition)
            if not way_back(main.opened, earlier).is_possible:
                continue
            done = advance(
                main.definition, main.state, GoBack(earlier=saved), now=world.now, facts={KEY: KEY}
            )
            world.instances[0].opened = State.from_bytes(done.state.to_bytes(), main.definition)
            assert _own(world) == picture, seed
            keys = [
                event.element_instance for event in done.events if type(event).__name__ == "ElementEntered"
            ]
            assert not set(keys) & set(earlier.tree.tasks)
            world.instances[0].opened = State.from_bytes(main.state, main.definition)
            went += 1
    assert went > 20


def _own(world):
    """The main instance. A job that waits all the while keeps the incident that it has got meanwhile."""
    seen = {name: seen for name, seen in world.picture().items() if name.startswith("0 ")}
    seen["0 tokens"] = [each.replace("'stuck'", "'waiting'") for each in seen["0 tokens"]]
    return seen

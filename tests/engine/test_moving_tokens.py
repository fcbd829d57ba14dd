"""A token moved by hand: what waited with it goes, the rest stays, and the instance can still finish."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from by_hand import Hand
from random_processes import KEY, draw
from small_diagrams import boundary, duration, end, message, parallel, process, start, user
from walking import _first, _next
from worlds import ByEngine, ByHand, TooMuch

from flowcase.engine import CannotMoveToken, State, advance
from flowcase.errors import Conflict
from flowcase.model import CancelToken, CompleteElement, InstanceStatus, MoveToken, SkipElement, StartInstance


def fork() -> Hand:
    hand = Hand(
        process(
            start(), parallel("del"), user("a"), user("b"), boundary("frist", "a", duration("P9D")),
            boundary("svar", "b", message("svar")), parallel("saml"), user("c"), end(), end("ud"),
            end("sent"),
            flows=(
                "start -> del", "del -> a", "del -> b", "a -> saml", "b -> saml", "saml -> c", "c -> end",
                "svar -> ud", "frist -> sent",
            ),
        )
    )  # fmt: skip
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    return hand


def test_a_skipped_task_goes_on_with_the_outputs_given_and_its_timer_is_gone():
    hand = fork()

    told = hand.do(SkipElement(element_instance=hand.at("a"), variables={"svar": Decimal(3)}))

    names = [type(event).__name__ for event in told]
    assert [name for name in names if name in ("UserTaskCancelled", "TimerCancelled")] == [
        "UserTaskCancelled",
        "TimerCancelled",
    ]
    assert hand.state.variables()["svar"] == Decimal(3)
    hand.do(CompleteElement(element_instance=hand.at("b")))
    hand.do(CompleteElement(element_instance=hand.at("c")))
    assert hand.state.status is InstanceStatus.COMPLETED


def test_a_moved_token_leaves_everything_behind_and_waits_there():
    hand = fork()
    hand.do(CompleteElement(element_instance=hand.at("a")))
    hand.do(CompleteElement(element_instance=hand.at("b")))

    hand.do(MoveToken(element_instance=hand.at("c"), target="del"))

    assert sorted(each.element for each in hand.state.waiting()) == ["a", "b"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda key: CancelToken(element_instance=key), "join_would_wait"),
        (lambda key: MoveToken(element_instance=key, target="c"), "join_would_wait"),
        (lambda key: MoveToken(element_instance=key, target="saml"), "many_flows"),
        (lambda key: MoveToken(element_instance=key, target="a"), "same_element"),
        (lambda key: MoveToken(element_instance=key, target="frist"), "begins_by_itself"),
        (lambda key: MoveToken(element_instance=key, target="findes_ikke"), "unknown_element"),
    ],
)
def test_what_could_not_go_on_is_refused_and_nothing_changes(command, code):
    hand = fork()
    before = hand.state.waiting()

    with pytest.raises(CannotMoveToken) as refused:
        hand.do(command(hand.at("a")))

    assert refused.value.code == code
    assert State.from_bytes(hand.saved, hand.definition).waiting() == before


def test_the_only_token_is_not_cancelled_and_a_join_is_not_skipped():
    hand = fork()
    hand.do(CompleteElement(element_instance=hand.at("a")))
    with pytest.raises(CannotMoveToken) as join:
        hand.do(SkipElement(element_instance=hand.at("saml")))
    hand = Hand(process(start(), user("a"), end(), flows=("start -> a", "a -> end")))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))
    with pytest.raises(CannotMoveToken) as only:
        hand.do(CancelToken(element_instance=hand.at("a")))

    assert (join.value.code, only.value.code) == ("gateway", "only_one")


def _rows(waits):
    return {
        "task": dict(waits.user_tasks),
        "timer": {key: element for key, (element, _) in waits.timers.items()},
        "message": {key: element for key, (element, *_) in waits.messages.items()},
        "signal": {key: element for key, (element, *_) in waits.signals.items()},
        "incident": dict(waits.incidents),
    }


_BEGIN = {
    "UserTaskCreated": ("task", "element_instance"),
    "TimerScheduled": ("timer", "timer"),
    "MessageSubscribed": ("message", "subscription"),
    "SignalSubscribed": ("signal", "subscription"),
    "IncidentRaised": ("incident", "element_instance"),
}
_END = {
    "UserTaskCompleted": ("task", "element_instance"),
    "UserTaskCancelled": ("task", "element_instance"),
    "TimerFired": ("timer", "timer"),
    "TimerCancelled": ("timer", "timer"),
    "MessageUnsubscribed": ("message", "subscription"),
    "SignalUnsubscribed": ("signal", "subscription"),
    "IncidentResolved": ("incident", "element_instance"),
}


def _applied(rows, events):
    """What the rows beside the state would be, as the appliers keep them."""
    for event in events:
        name = type(event).__name__
        if name in _BEGIN:
            table, key = _BEGIN[name]
            rows[table][getattr(event, key)] = event.element
        elif name in _END:
            table, key = _END[name]
            rows[table].pop(getattr(event, key), None)
    return rows


def _told(main, state, command, now):
    """The state after a command, compared with the rows that its events make."""
    before = _rows(State.from_bytes(state, main.definition).waits())
    done = advance(main.definition, state, command, now=now, facts={KEY: KEY})
    after = done.state.to_bytes()
    assert _applied(before, done.events) == _rows(State.from_bytes(after, main.definition).waits())
    return after


def _choices(state, chance):
    """Commands for the innermost tokens, in a random order; skipping first where it is likelier to end."""
    tokens = [token for token in state.tree.tasks.values() if token.key != "0" and not token.is_finished]
    scopes = {token.scope for token in tokens}
    leaves = [token for token in tokens if token.key not in scopes and token.scope is not None]
    chance.shuffle(leaves)
    for token in leaves:
        yield SkipElement(element_instance=token.key)
    for token in leaves:
        for flow in getattr(token.task_spec, "outgoing", ()):
            yield MoveToken(element_instance=token.key, target=flow.target)


@pytest.mark.parametrize("first", (0, 40))
def test_a_random_instance_that_an_operator_pushed_agrees_with_its_rows_and_can_finish(first):
    moved = finished = 0
    for seed in range(first, first + 40):
        drawn, chance = draw(seed, size=3), random.Random(seed)
        hand, world = ByHand(drawn), ByEngine(drawn, saves=True, prunes=True)
        for number in range(chance.randint(1, 6)):
            act = _first(drawn, chance) if number == 0 else _next(hand, chance, number)
            if act is None or act.kind == "cancel":
                break
            try:
                hand.do(act)
            except TooMuch:
                break
            world.do(act)
        main = world.instances[0]
        if main.opened.status is not InstanceStatus.ACTIVE:
            continue
        state = main.state
        cancelled = [CancelToken(element_instance=each.element_instance) for each in main.opened.waiting()]
        for turn in range(80):
            opened = State.from_bytes(state, main.definition)
            if opened.status is not InstanceStatus.ACTIVE:
                finished += 1
                break
            for command in [*(cancelled if turn == 0 else []), *_choices(opened, chance)]:
                try:
                    state = _told(main, state, command, world.now)
                except Conflict:
                    continue
                moved += 1
                break
            else:
                break  # what is left waits at joins, or for others
    assert moved > 40
    assert finished > 15

"""Random processes in random order: right by counting, and the same pruned, unpruned and saved."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from by_hand import NOW
from random_blocks import draw

from flowcase.engine import advance
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer, SignalSubscription
from flowcase.model import (
    CompleteElement,
    DeliverMessage,
    DeliverSignal,
    FireTimer,
    IncidentRaised,
    InstanceStatus,
    StartInstance,
    ThrowError,
    UserTaskCompleted,
    UserTaskCreated,
)

SEEDS = range(120)


def walk(definition, seed, *, saves, prunes, disturbs=False):
    """Complete open user tasks in random order until none is left; the events of all commands."""
    chance = random.Random(seed)
    now = NOW
    done = advance(definition, None, StartInstance(), now=now)
    events = list(done.events)
    for _ in range(2_000):
        state = done.state
        state.tree.prunes = prunes
        if state.status is not InstanceStatus.ACTIVE:
            break
        open_tasks = [each for each in state.waiting() if each.element.startswith("t")]
        listening = [each for each in state.subscriptions.values() if isinstance(each, SignalSubscription)]
        messages = [each for each in state.subscriptions.values() if isinstance(each, MessageSubscription)]
        timers = [each for each in state.subscriptions.values() if isinstance(each, PendingTimer)]
        chosen = chance.choice(open_tasks).element_instance
        command = CompleteElement(element_instance=chosen)
        if disturbs and listening and chance.random() < 0.2:
            command = DeliverSignal(subscription=chance.choice(listening).key)
        elif disturbs and chance.random() < 0.1:
            command = ThrowError(element_instance=chosen, code="X")
        elif disturbs and messages and chance.random() < 0.1:
            command = DeliverMessage(subscription=chance.choice(messages).key)
        elif disturbs and timers and chance.random() < 0.2:
            timer = chance.choice(timers)
            now = max(now, timer.due_at)
            command = FireTimer(timer=timer.key)
        done = advance(definition, state.to_bytes() if saves else state, command, now=now)
        events += done.events
    return events, done.state


@pytest.mark.parametrize("seed", SEEDS)
def test_every_task_runs_as_often_as_the_blocks_say(seed):
    definition, expected = draw(seed)

    events, state = walk(definition, seed, saves=True, prunes=True)

    assert not [event for event in events if isinstance(event, IncidentRaised)]
    ran = Counter(event.element for event in events if isinstance(event, UserTaskCompleted))
    assert ran == +expected
    assert state.status is InstanceStatus.COMPLETED
    assert list(state.tree.tasks) == ["0"]
    assert state.subscriptions == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_pruning_and_saving_change_nothing(seed):
    definition, _ = draw(seed)

    straight, _ = walk(definition, seed, saves=False, prunes=True, disturbs=True)
    saved, _ = walk(definition, seed, saves=True, prunes=True, disturbs=True)
    unpruned, state = walk(definition, seed, saves=False, prunes=False, disturbs=True)

    assert straight == saved
    assert straight == unpruned
    assert state.status is InstanceStatus.COMPLETED
    assert len(state.tree.tasks) > len([e for e in straight if isinstance(e, UserTaskCreated)])

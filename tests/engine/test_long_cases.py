"""A case lives ten years: what a step costs and what is saved does not grow with age."""

from __future__ import annotations

import time
from decimal import Decimal

from by_hand import Hand
from small_diagrams import (
    boundary,
    cycle,
    duration,
    end,
    exclusive,
    parallel,
    process,
    script,
    start,
    user,
)

from flowcase.model import CompleteElement, InstanceStatus, StartInstance

ROUNDS = 3_000


def follow_up():
    return process(
        start(), exclusive("ind"), parallel("del"), user("besoeg"), user("notat"), parallel("saml"),
        boundary("frist", "besoeg", duration("P14D"), interrupting=False), end("mindet"),
        boundary("husk", "notat", cycle("R/P1D"), interrupting=False), end("husket"),
        script("tael", "n + 1", "n"), exclusive("igen"), end(),
        flows=(
            "start -> ind", "ind -> del", "del -> besoeg", "del -> notat", "besoeg -> saml", "notat -> saml",
            "frist -> mindet", "husk -> husket", "saml -> tael", "tael -> igen",
            f"igen -> ind : n < {ROUNDS}", "igen -> end : default",
        ),
    )  # fmt: skip


def test_three_thousand_rounds_of_a_loop_with_a_parallel_join_stay_flat_and_right():
    hand = Hand(follow_up())
    hand.do(StartInstance(variables={"n": Decimal(0), "sag_id": "S-1"}))
    sizes, seconds = {}, {}

    for number in range(ROUNDS):
        hand.events.clear()
        began = time.process_time()
        first, second = ("besoeg", "notat") if number % 3 else ("notat", "besoeg")
        hand.do(CompleteElement(element_instance=hand.at(first)))
        assert hand.state.variables()["n"] == number  # the join has not let one branch through
        assert sorted(each.element for each in hand.state.waiting()) == sorted([second, "saml"])
        hand.do(CompleteElement(element_instance=hand.at(second)))
        sizes[number], seconds[number] = len(hand.saved), time.process_time() - began

    assert hand.state.status is InstanceStatus.COMPLETED
    assert hand.state.variables()["n"] == ROUNDS
    assert sizes[ROUNDS - 2] <= sizes[10] + 40  # longer numbers, nothing else
    early = sorted(seconds[number] for number in range(100))[50]
    late = sorted(seconds[number] for number in range(ROUNDS - 101, ROUNDS - 1))[50]
    assert late < early * 3


def test_a_thousand_tasks_in_a_row_run(run):
    many = process(start(), *(script(f"s{number}", "n + 1", "n") for number in range(1_000)), end())

    trace = run(many, variables={"n": Decimal(0)})

    assert trace.state == "completed"
    assert trace.variables["n"] == 1_000


def test_three_thousand_occurrences_beside_a_task_leave_nothing_behind():
    hand = Hand(
        process(start(), user("a"), boundary("husk", "a", cycle("R/PT1H"), interrupting=False), end(),
                end("husket"), flows=("start -> a", "a -> end", "husk -> husket"))
    )  # fmt: skip
    hand.do(StartInstance())
    from flowcase.model import FireTimer

    first = len(hand.saved)
    for _ in range(3_000):
        hand.events.clear()
        timer = next(iter(hand.state.subscriptions.values()))
        hand.now = timer.due_at
        hand.do(FireTimer(timer=timer.key))

    assert len(hand.saved) <= first + 60
    assert [each.element for each in hand.state.waiting()] == ["a"]

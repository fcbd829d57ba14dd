"""Multi-instance activities and standard loops."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from small_diagrams import (
    boundary,
    duration,
    each,
    end,
    loop,
    process,
    script,
    service,
    start,
    sub_process,
    user,
)

BOERN = {"boern": ["b1", "b2", "b3"]}


@pytest.mark.parametrize("sequential", [False, True])
def test_every_item_gets_its_instance_and_its_place_in_the_output(run, sequential):
    every = process(
        start(),
        script(
            "regn",
            "x * loopCounter",
            "y",
            loop=each("tal", "x", sequential=sequential, output="svar", output_element="y"),
        ),
        end(),
    )

    trace = run(every, variables={"tal": [Decimal(5), Decimal(6), Decimal(7)]})

    assert trace.variables["svar"] == [Decimal(5), Decimal(12), Decimal(21)]
    assert "y" not in trace.variables  # the output element stays with its instance
    assert [entry.details["loop_counter"] for entry in trace.of("entered") if entry.element == "regn"] == [
        None, 1, 2, 3,
    ]  # fmt: skip


def test_parallel_instances_are_all_open_at_once_and_sequential_ones_one_by_one(run):
    def every(sequential):
        return process(start(), user("tal_med", loop=each("boern", "barn", sequential=sequential)), end())

    together = run(every(False), variables=BOERN, answers={"tal_med": {"after": "PT1H"}})
    in_turn = run(every(True), variables=BOERN, answers={"tal_med": {"after": "PT1H"}})

    assert [entry.at.hour for entry in together.of("user_task_created")] == [8, 8, 8]
    assert [entry.at.hour for entry in in_turn.of("user_task_created")] == [8, 9, 10]
    assert [entry.details["variables"]["barn"] for entry in in_turn.of("user_task_created")] == BOERN["boern"]


def test_an_empty_collection_is_passed_at_once(run):
    every = process(
        start(), user("tal_med", loop=each("boern", "barn", output="svar", output_element="barn")), end()
    )

    trace = run(every, variables={"boern": []})

    assert trace.state == "completed"
    assert trace.variables["svar"] == []


def test_a_completion_condition_ends_the_instances_that_still_run(run):
    first_yes = process(
        start(),
        user("spoerg", loop=each("boern", "barn", output="svar", output_element="ja", until="ja = true")),
        end(),
    )
    answers = [
        {"after": "PT2H", "variables": {"ja": True}},
        {"after": "PT1H", "variables": {"ja": False}},
        {"open": True},
    ]

    trace = run(first_yes, variables=BOERN, answers={"spoerg": answers})

    assert trace.variables["svar"] == [True, False, None]
    assert len(trace.of("user_task_cancelled")) == 1
    assert trace.state == "completed"


def test_counts_are_known_to_the_completion_condition(run):
    half = process(
        start(),
        user(
            "spoerg",
            loop=each("boern", "barn", until="numberOfCompletedInstances / numberOfInstances > 0.5"),
        ),
        end(),
    )

    trace = run(half, variables=BOERN)

    assert len(trace.of("user_task_completed")) == 2


def test_a_sub_process_for_each_item_has_its_own_variables(run):
    nested = process(
        start(),
        sub_process("for_hvert", loop=each("boern", "barn", output="alle", output_element="note")),
        end(),
        *(
            replace(part, parent="for_hvert")
            for part in (start("ind"), user("tal"), script("skriv", '"set " + barn', "note"), end("ud"))
        ),
        flows=("start -> for_hvert", "for_hvert -> end", "ind -> tal", "tal -> skriv", "skriv -> ud"),
    )

    trace = run(
        nested, variables=BOERN, answers={"tal": [{"after": "PT3H"}, {"after": "PT2H"}, {"after": "PT1H"}]}
    )

    assert trace.variables["alle"] == ["set b1", "set b2", "set b3"]
    assert trace.elements("completed").count("for_hvert") == 4  # three instances and their body


def test_a_boundary_event_of_a_multi_instance_ends_all_instances(run):
    every = process(
        start(),
        user("tal_med", loop=each("boern", "barn")),
        boundary("frist", "tal_med", duration("PT1H")),
        end(),
        end("sent"),
        flows=("start -> tal_med", "tal_med -> end", "frist -> sent"),
    )

    trace = run(every, variables=BOERN, answers={"tal_med": {"open": True}})

    assert trace.elements("cancelled").count("tal_med") == 4
    assert len(trace.of("timer_fired")) == 1
    assert trace.state == "completed"


def test_mappings_belong_to_each_instance(run):
    every = process(
        start(),
        service(
            "gem",
            loop=each("boern", "barn", sequential=True),
            inputs=("barn -> id", "loopCounter -> nr"),
            outputs=("svar -> sidste",),
        ),
        end(),
    )
    answers = [{"variables": {"svar": Decimal(n)}} for n in (1, 2, 3)]

    trace = run(every, variables=BOERN, answers={"gem": answers})

    assert [entry.details["inputs"] for entry in trace.of("job_requested")] == [
        {"id": f"b{n}", "nr": Decimal(n)} for n in (1, 2, 3)
    ]
    assert trace.variables == {**BOERN, "sidste": Decimal(3)}


@pytest.mark.parametrize(
    "collection", ["boern", "for i in 1..1000000000 return i", "for i in 1..20000 return i"]
)
def test_a_collection_that_is_no_list_or_too_long_is_an_incident(run, collection):
    trace = run(process(start(), user("tal_med", loop=each(collection, "barn")), end()))

    assert [incident["kind"] for incident in trace.incidents] == ["expression_failed"]
    assert trace.state == "active"


def test_a_standard_loop_goes_on_while_its_condition_holds(run):
    after = process(start(), script("tael", "n + 1", "n", loop=loop("n < 3")), end())
    before = process(start(), script("tael", "n + 1", "n", loop=loop("n < 3", test_before=True)), end())

    assert run(after, variables={"n": Decimal(0)}).variables["n"] == Decimal(3)
    assert run(after, variables={"n": Decimal(9)}).variables["n"] == Decimal(10)
    assert run(before, variables={"n": Decimal(9)}).variables["n"] == Decimal(9)


def test_a_standard_loop_ends_at_its_maximum(run):
    trace = run(process(start(), user("igen", loop=loop(maximum=4)), end()))

    assert len(trace.of("user_task_completed")) == 4


def test_a_loop_maximum_of_a_billion_starts_one_round_at_a_time(run):
    trace = run(
        process(start(), user("igen", loop=loop("ikke_faerdig", maximum=10**9)), end()),
        variables={"ikke_faerdig": True},
        answers={"igen": [{}, {}, {"variables": {"ikke_faerdig": False}}]},
    )

    assert len(trace.of("user_task_completed")) == 3
    assert trace.state == "completed"

"""The player of bare diagrams: scripts, the clock, and the trace that programs read."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from small_diagrams import (
    boundary,
    call,
    catch,
    cycle,
    date,
    duration,
    end,
    message,
    process,
    receive,
    rule,
    service,
    start,
    throw,
    user,
)

from flowcase.engine.play import play
from flowcase.engine.script import ScriptError
from flowcase.errors import NotFound, Refused

HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


def test_the_clock_stops_at_the_given_instant_and_says_what_is_due(run):
    waiting = process(start(), user("a"), boundary("husk", "a", cycle("R/P1D"), interrupting=False), end(),
                      end("husket"), flows=("start -> a", "a -> end", "husk -> husket"))  # fmt: skip

    trace = run(waiting, answers={"a": {"open": True}}, until=MONDAY + 60 * HOUR)

    assert trace.state == "active"
    assert trace.ended_at == MONDAY + 60 * HOUR
    assert [timer["due_at"] for timer in trace.timers] == [MONDAY + 72 * HOUR]
    assert [each["element"] for each in trace.waiting] == ["a"]


def test_a_diagram_that_would_go_on_for_ever_is_stopped(monkeypatch):
    monkeypatch.setattr("flowcase.engine.play.MAX_COMMANDS", 200)
    endless = process(start(), user("a"), boundary("husk", "a", cycle("R/P1D"), interrupting=False), end(),
                      end("husket"), flows=("start -> a", "a -> end", "husk -> husket"))  # fmt: skip

    trace = play({"proces": endless}, "proces", answers={"a": {"open": True}}, start=MONDAY)

    assert trace.state == "stopped"


def test_a_job_that_fails_less_often_than_it_may_is_done_in_the_end(run):
    trace = run(process(start(), service("gem"), end()), answers={"gem": {"fail": 2}})

    assert [entry.details["retries_left"] for entry in trace.of("job_failed")] == [2, 1]
    assert trace.state == "completed"


def test_a_job_without_retries_left_is_an_incident(run):
    trace = run(process(start(), service("gem"), end()), answers={"gem": {"fail": 3}})

    assert [incident["kind"] for incident in trace.incidents] == ["job_failed"]


def test_answers_come_in_turn_and_the_last_is_repeated(run):
    tasks = process(start(), user("a"), user("b"), end(), id="p")
    answers = {"a": [{"variables": {"n": 1}}], "answers": {"b": {"after": "P1M", "variables": {"m": 2.5}}}}

    trace = run(tasks, answers=answers)

    assert trace.variables == {"n": Decimal(1), "m": Decimal("2.5")}
    assert trace.ended_at == dt.datetime(2026, 4, 2, 7, 0, tzinfo=dt.UTC)  # 09:00 in summer time


def test_decisions_are_answered_by_the_script_the_callable_or_null(run):
    def decide(decision, inputs):
        raise Refused("decide", "the table has a gap")

    ruled = process(start(), rule("r", "d_x", "svar"), end())

    assert run(ruled, answers={"r": {"result": 7}}).variables == {"svar": Decimal(7)}
    assert run(ruled).variables == {"svar": None}
    assert [each["kind"] for each in run(ruled, decide=decide).incidents] == ["decision_failed"]


def test_processes_that_call_themselves_come_to_an_end(run):
    endless = process(start(), call("igen", "p"), end(), id="p")

    trace = run(endless)

    assert [incident["kind"] for incident in trace.incidents] == ["called_process_missing"]


def test_a_message_starts_another_process_and_reaches_it_later(run):
    sender = process(
        start(),
        throw("send", message("hej", "=sag_id"), inputs=("sag_id -> sag_id",)),
        receive("vent", "svar"),
        end(),
        id="sender",
    )
    receiver = process(
        start("modtag", event=message("hej", None)),
        catch("pause", duration("P1D")),
        throw("svar", message("svar", "=sag_id")),
        end("slut"),
        id="modtager",
    )

    trace = run(sender, receiver, variables={"sag_id": "S-1"})

    assert trace.elements(process="modtager") == ["modtag", "pause", "svar", "slut"]
    assert trace.state == "completed"
    assert trace.ended_at == MONDAY + 24 * HOUR


def test_a_message_that_has_expired_is_not_received(run):
    from small_diagrams import feel

    quick = message("hej", "=sag_id", time_to_live=feel('"PT1H"'))
    late = process(
        start(), throw("send", quick), catch("pause", duration("PT2H")), receive("vent", "hej"), end()
    )

    trace = run(late, variables={"sag_id": "S-1"})

    assert trace.state == "active"
    assert trace.messages == []


def test_the_trace_is_json_that_people_can_read():
    story = process(
        start(),
        user("a", due_date='=date and time("2026-03-03T12:00:00+01:00")'),
        catch("pause", duration("P1D")),
        end(),
    )
    answers = {"a": {"variables": {"n": 1, "naar": {"$": "instant", "v": "2026-03-01T09:00:00+01:00"}}}}

    data = json.loads(
        json.dumps(
            play({"proces": story}, "proces", answers=answers, start=MONDAY, until=MONDAY + HOUR).to_json()
        )
    )

    assert data["state"] == "active"
    assert data["variables"] == {"n": 1, "naar": "2026-03-01T09:00:00+01:00"}
    assert [entry["event"] for entry in data["entries"][:4]] == [
        "instance_started", "entered", "completed", "flow_taken",
    ]  # fmt: skip
    assert data["entries"][3] == {
        "at": "2026-03-02T08:00:00+00:00",
        "event": "flow_taken",
        "process": "proces",
        "instance": "1",
        "flow": "start_a",
    }
    assert data["timers"] == [
        {"process": "proces", "instance": "1", "element": "pause", "due_at": "2026-03-03T08:00:00+00:00"}
    ]


@pytest.mark.parametrize(
    "answers",
    [
        {"a": {"variabel": {}}},
        {"a": 7},
        {"messages": [{"key": "x"}]},
        {"messages": [{"name": "x", "ttl": 3}]},
        {"a": {"variables": [1]}},
    ],
)
def test_a_script_with_a_typing_error_is_refused(answers):
    with pytest.raises(ScriptError):
        play({"proces": process(start(), user("a"), end())}, "proces", answers=answers, start=MONDAY)


def test_facts_of_the_script_are_read_behind_variables(run):
    due = "2026-03-03T12:00:00+01:00"
    waits = process(start(), catch("pause", date("=frist.T04")), end())

    trace = run(waits, answers={"facts": {"frist": {"T04": {"$": "instant", "v": due}}}})

    assert trace.ended_at == dt.datetime.fromisoformat(due)


def test_an_unknown_process_is_named():
    with pytest.raises(NotFound):
        play({}, "nej", answers={}, start=MONDAY)

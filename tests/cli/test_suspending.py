"""`flowcase suspend`, `resume` and `held`: nothing starts meanwhile, the doctor tells so, lists say why."""

from __future__ import annotations

from flowcase.access.actor import SYSTEM
from tests.services.diagrams import end, message, process, start, user_task


def test_an_operator_suspends_a_process_from_the_terminal_and_resumes_it(flowcase, tmp_path):
    file = tmp_path / "stilles.bpmn"
    file.write_bytes(process("stilles", start(), user_task("a"), end()))
    flowcase("deploy", file)
    flowcase("suspend", "stilles", expect=1)
    flowcase("suspend", "stilles", "--reason", "skemaet er forkert")

    refused = flowcase("start", "stilles", expect=4)
    [row] = flowcase.json("suspend")
    doctor = flowcase.json("doctor")
    flowcase("resume", "stilles", "--reason", "rettet")
    flowcase("start", "stilles")

    assert "skemaet er forkert" in refused.output
    assert (row["scope"], row["reason"]) == ("stilles", "skemaet er forkert")
    assert [each["level"] for each in doctor if each["what"] == "suspended"] == ["warning"]
    assert flowcase.json("suspend") == []


def test_what_is_held_is_listed_and_dropped_from_the_terminal(flowcase, opened, tmp_path):
    inside, roots = message("nyt_stille")
    file = tmp_path / "stilles.bpmn"
    file.write_bytes(process("stilles", start("begynd", inside=inside, roots=roots), user_task("a"), end()))
    flowcase("deploy", file)
    flowcase("suspend", "stilles", "--reason", "skemaet er forkert")
    flow = opened()
    for key in ("1", "2", "3"):
        flow.messages.correlate("nyt_stille", key, {}, actor=SYSTEM)
    first, *_ = (row["id"] for row in flowcase.json("held", "stilles")["held"])

    flowcase("held", "stilles", "--drop", first, expect=1)
    one = flowcase.json("held", "stilles", "--drop", first, "--reason", "sendt to gange")
    gone = flowcase("held", "stilles", "--drop", first, "--reason", "sendt to gange", expect=1)
    every = flowcase.json("held", "stilles", "--drop-all", "--reason", "sendt to gange")
    flowcase("held", "findes_ikke", expect=3)

    assert (one["dropped"], len(one["held"])) == ([first], 2)
    assert "0 of 1 are dropped" in gone.output
    assert (len(every["dropped"]), every["held"]) == (2, [])

"""`flowcase suspend` and `resume`: nothing starts meanwhile, the doctor tells so, and a list says why."""

from __future__ import annotations

from tests.services.diagrams import end, process, start, user_task


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

"""`flowcase migrate`: tells the verdicts, moves only with a reason and --yes, and takes a move back."""

from __future__ import annotations

from tests.services.diagrams import end, process, start, user_task


def test_an_operator_moves_instances_from_the_terminal_and_takes_them_back(flowcase, tmp_path):
    file = tmp_path / "flyttes.bpmn"
    file.write_bytes(process("flyttes", start(), user_task("a"), user_task("b"), end()))
    flowcase("deploy", file)
    ids = [flowcase.json("start", "flyttes")["instance"] for _ in range(2)]
    [first] = [row for row in flowcase.json("tasks") if row["instance"] == ids[0]]
    flowcase("complete", first["id"])
    file.write_bytes(process("flyttes", start(), user_task("a"), user_task("ny"), end()))
    flowcase("deploy", file)
    versions = ("flyttes:1", "flyttes:2")

    seen = flowcase("migrate", *versions, "--map", "b=")
    flowcase("migrate", *versions, "--yes", expect=1)
    flowcase("migrate", *versions, "--map", "a=start", "--reason", "ny lov", "--yes", expect=1)
    done = flowcase("migrate", *versions, "--map", "b=", "--reason", "ny lov", "--yes")
    [move] = flowcase.json("migrate")
    back = flowcase("migrate", "--undo", move["id"], "--reason", "for tidligt")

    assert "cannot move, because nothing takes over from 'b'" in seen.output
    assert "moves unchanged" in seen.output and "Nothing was changed" in seen.output
    assert "done; 1 moved, 1 refused" in done.output
    assert "undone; 1 refused, 1 undone" in back.output
    assert flowcase.json("doctor")

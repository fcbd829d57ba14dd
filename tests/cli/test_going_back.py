"""`flowcase go-back`: lists the steps, previews, and acts only with a reason and --yes."""

from __future__ import annotations

from tests.services.diagrams import end, process, start, user_task


def test_an_operator_goes_back_from_the_terminal(flowcase, tmp_path):
    file = tmp_path / "to_trin.bpmn"
    file.write_bytes(process("to_trin", start(), user_task("foerste"), user_task("anden"), end()))
    flowcase("deploy", file)
    id = flowcase.json("start", "to_trin")["instance"]
    [first] = [row for row in flowcase.json("tasks") if row["instance"] == id]
    flowcase("complete", first["id"])

    [step] = flowcase.json("go-back", id)
    to = step["element_instance"]
    preview = flowcase("go-back", id, "--to", to)
    waiting = [row["element"] for row in flowcase.json("tasks") if row["instance"] == id]
    flowcase("go-back", id, "--to", to, "--yes", expect=1)
    done = flowcase("go-back", id, "--to", to, "--reason", "forkert", "--yes")

    assert "Waits again: foerste" in preview.output and "Nothing was changed" in preview.output
    assert waiting == ["anden"]
    assert "Done." in done.output
    assert [row["element"] for row in flowcase.json("tasks") if row["instance"] == id] == ["foerste"]
    flowcase("go-back", id, "--to", "999", expect=3)

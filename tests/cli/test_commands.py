"""Every command against a throw-away installation: what it says, its JSON, its exit code."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cli import cli
from tests.cli.conftest import PROCESSES, CommandLine
from tests.proofs.fictional_families import family, json_line, notification
from tests.services.diagrams import end, process, service_task, start, user_task
from tests.services.test_forms_and_rules import GATE

NOW = dt.datetime.now(dt.UTC)
TWO_STEPS = process("to", start(), user_task("vurder", groups="fronten"), user_task("afgoer"), end())
FAILING = process("fejler", start(), service_task("arbejd", "sag.afslut"), end())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "diagrams"
    folder.mkdir()
    (folder / "to.bpmn").write_bytes(TWO_STEPS)
    return folder


def notified(flowcase: CommandLine, tmp_path: Path, *numbers: int) -> None:
    file = tmp_path / "intake.jsonl"
    file.write_text("\n".join(json_line(notification(n, now=NOW)) for n in numbers), "utf-8")
    flowcase("intake", file)


def assessment(flowcase: CommandLine) -> dict[str, Any]:
    """The one open assessment; outside office hours the duty's user task stands beside it."""
    (row,) = [row for row in flowcase.json("tasks") if row["element"] == "vurder"]
    return row


# --- the work itself -----------------------------------------------------------------------------------


def test_a_process_is_deployed_started_and_carried_to_its_end(flowcase: CommandLine, files: Path) -> None:
    deployment = flowcase.json("deploy", files, "--note", "Test")
    assert deployment["definitions"] == ["to:1"]

    instance = flowcase.json("start", "to", "--as", "karen")["instance"]
    for element in ("vurder", "afgoer"):
        (row,) = flowcase.json("tasks")
        assert (row["element"], row["instance"]) == (element, instance)
        assert flowcase.json("complete", row["id"], "--as", "karen") == {"completed": row["id"]}

    (row,) = flowcase.json("instances", "--process", "to", "--status", "completed")
    assert row["id"] == instance


def test_what_pages_say_in_danish_is_said_in_english(flowcase: CommandLine, tmp_path: Path) -> None:
    notified(flowcase, tmp_path, 1)
    recovered = ("db", "recovered", "--to", "2026-03-02T10:41:30+01:00", "--reason")

    nothing = flowcase(*recovered, "", expect=1).stderr
    long = flowcase(*recovered, "x" * 2001, expect=1).stderr
    form = flowcase("complete", assessment(flowcase)["id"], "--as", "karen", expect=6).stderr

    attempt = "Expected to say that the database was recovered, but it is refused"
    assert nothing == f"{attempt}: Write a reason. It stays in the history.\n"
    assert long == f"{attempt}: The reason is too long. Write at most 2000 characters.\n"
    assert "  begrundelse: This field is required.\n" in form


def test_completing_tells_what_the_tables_warn_of(flowcase: CommandLine, files: Path) -> None:
    drawn = user_task("vurder", groups="fronten", properties={"flowcase.warn": "varsel"})
    (files / "to.bpmn").write_bytes(process("to", start(), drawn, end()))
    (files / "varsel.dmn").write_text(GATE.format(id="varsel", rule="R-002").replace("true<", "-<"))
    flowcase("deploy", files)

    def begun() -> str:
        flowcase("start", "to")
        return str(flowcase.json("tasks")[0]["id"])

    first = begun()
    said = flowcase("complete", first, "--as", "karen").stdout
    told = flowcase.json("complete", begun(), "--as", "karen")

    assert said == f"Warning (R-002): Tal med lederen\nCompleted {first}.\n"
    assert told["warnings"] == [{"rule": "R-002", "sentence": "Tal med lederen"}]


def test_a_deployment_says_what_it_brought_and_whose_place_a_file_of_another_name_takes(
    flowcase: CommandLine, files: Path
) -> None:
    first = flowcase("deploy", files).stdout
    again = flowcase("deploy", files).stdout
    (diagram,) = files.glob("*.bpmn")
    copy = files.parent / "kopi.bpmn"
    copy.write_text(diagram.read_text("utf-8").replace('name="', 'name="Ny ', 1), "utf-8")

    renamed = flowcase("deploy", copy)

    assert "to:1" in first
    assert again.endswith(": everything is in force as it is.\n")
    assert f"'{diagram.name}'" in renamed.stderr
    assert "to:2" in renamed.stdout


def test_a_deployment_of_many_files_counts_them_and_names_none(flowcase: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(31):
        drawn = process(f"p{number}", start(), user_task("a"), end())
        (folder / f"p{number}.bpmn").write_bytes(drawn)
    (folder / "varsel.dmn").write_text(GATE.format(id="varsel", rule="R-002"))

    said = flowcase("deploy", folder).stdout

    assert said.endswith(": 31 processes, 1 decision.\n")


def test_lists_are_tables_for_people(flowcase: CommandLine, files: Path) -> None:
    flowcase("deploy", files)
    flowcase("start", "to")

    assert "vurder" in flowcase("tasks").stdout
    assert "vurder" in flowcase("tasks", "--as", "karen").stdout
    assert flowcase("tasks", "--as", "sofie").stdout == "Nothing.\n"
    assert "active" in flowcase("instances").stdout
    assert flowcase("incidents").stdout == "Nothing.\n"


def test_user_tasks_are_listed_a_page_at_a_time(flowcase: CommandLine, files: Path) -> None:
    flowcase("deploy", files)
    for _ in range(3):
        flowcase("start", "to")
    everything = [row["id"] for row in flowcase.json("tasks")]

    for whose in ([], ["--as", "karen"]):
        first = [row["id"] for row in flowcase.json("tasks", *whose, "--limit", "2")]
        rest = [row["id"] for row in flowcase.json("tasks", *whose, "--after", first[-1])]
        assert (first, rest) == (everything[:2], everything[2:])


def test_refusals_have_the_exit_code_of_their_kind(flowcase: CommandLine, files: Path) -> None:
    flowcase("deploy", files)
    flowcase("start", "to")
    (row,) = flowcase.json("tasks")

    assert flowcase("start", "findes_ikke", expect=3).stderr.startswith("Expected ")
    assert flowcase("complete", row["id"], "--as", "sofie", expect=5).stderr.startswith("Expected ")
    flowcase("complete", row["id"], "--as", "karen")
    assert flowcase("complete", row["id"], "--as", "karen", expect=4).stderr.startswith("Expected ")
    assert flowcase("complete", row["id"], "--values", "[1]", expect=2).stdout == ""
    assert flowcase("complete", "00.1", expect=3).stdout == ""
    assert flowcase("tasks", "--as", "nobody", expect=3).stdout == ""
    assert flowcase("nothing", expect=2).stdout == ""


def test_wrong_form_values_are_named_field_by_field(flowcase: CommandLine, tmp_path: Path) -> None:
    notified(flowcase, tmp_path, 1)
    row = assessment(flowcase)
    values = tmp_path / "values.json"
    values.write_text(json.dumps({"akut": "måske"}), "utf-8")

    refused = flowcase("complete", row["id"], "--values", f"@{values}", "--as", "karen", expect=6)

    assert "  akut: Choose one of the options." in refused.stderr
    assert "måske" not in refused.output
    assert assessment(flowcase)["id"] == row["id"]


def test_the_history_of_a_case_is_a_story(flowcase: CommandLine, tmp_path: Path) -> None:
    notified(flowcase, tmp_path, 1)
    row = assessment(flowcase)

    story = flowcase("history", row["case_code"]).stdout
    events = flowcase.json("history", row["case_code"])

    assert "T01" in story
    assert family(1)["navn"] not in story
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    assert len(flowcase("history", row["case_code"], "--all").stdout.splitlines()) > len(story.splitlines())
    assert flowcase("history", row["case_code"], "--english").stdout != story
    flowcase("history", "SAG-9999", expect=3)


def test_an_incident_is_tried_again_or_resolved_with_a_reason(flowcase: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "fejler.bpmn"
    file.write_bytes(FAILING)
    flowcase("deploy", file)
    flowcase("start", "fejler")
    (incident,) = flowcase.json("incidents")
    assert (incident["element"], incident["kind"]) == ("arbejd", "handler_failed")
    assert "arbejd" in flowcase("incidents").stdout

    assert "--reason" in flowcase("incidents", "--retry", incident["id"], expect=2).stderr
    tried = flowcase.json("incidents", "--retry", incident["id"], "--reason", "Systemet svarer igen")
    assert tried[0]["kind"] == "handler_failed"
    (again,) = flowcase.json("incidents")
    assert "--reason" in flowcase("incidents", "--resolve", again["id"], expect=2).stderr
    assert flowcase.json("incidents", "--resolve", again["id"], "--reason", "Klaret i hånden") == []

    assert flowcase.json("instances", "--process", "fejler")[0]["status"] == "completed"
    flowcase("incidents", "--retry", again["id"], "--reason", "Igen", expect=4)
    flowcase("incidents", "--retry", "nothing", "--reason", "Igen", expect=3)


def test_a_worker_does_what_is_due_once(flowcase: CommandLine, files: Path) -> None:
    assert flowcase.json("worker", "--once") == {
        "timers": 0,
        "jobs": 0,
        "messages": 0,
        "mails": 0,
        "webhooks": 0,
        "checkpoints": 0,
    }
    assert flowcase("worker", "--once").stdout == "Fired 0 timers, ran 0 jobs.\n"


# --- diagrams ------------------------------------------------------------------------------------------


def test_a_folder_without_defects_passes_the_check(flowcase: CommandLine, files: Path) -> None:
    assert "0 of them block" in flowcase("check", files).stdout
    assert [each for each in flowcase.json("check", PROCESSES) if each["severity"] == "error"] == []


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (TWO_STEPS.replace(b'"fronten"', b'"frontan"'), "candidate-group"),
        (process("p", start(), service_task("s", "findes.ikke"), end()), "job-type"),
        (b"<definitions", "xml-not-well-formed"),
    ],
)
def test_what_a_diagram_names_wrongly_blocks_check_and_deployment(
    flowcase: CommandLine, tmp_path: Path, content: bytes, rule: str
) -> None:
    file = tmp_path / "broken.bpmn"
    file.write_bytes(content)

    found = flowcase.json("check", file, expect=1)
    refused = flowcase("deploy", file, expect=1)

    assert [each["rule"] for each in found if each["severity"] == "error"] == [rule]
    assert f"[{rule}]" in flowcase("check", file, expect=1).stdout
    assert str(file) in refused.stderr
    assert flowcase.json("instances") == []


def test_one_finding_is_told_in_the_singular(flowcase: CommandLine, tmp_path: Path) -> None:
    broken, another = tmp_path / "broken.bpmn", tmp_path / "another.bpmn"
    broken.write_bytes(b"<definitions")
    another.write_bytes(b"<definitions")

    one = flowcase("check", broken, expect=1).stdout
    two = flowcase("check", broken, another, expect=1).stdout

    assert one.endswith("\n1 finding, 1 of them blocks a deployment.\n")
    assert two.endswith("\n2 findings, 2 of them block a deployment.\n")


def test_a_form_may_only_fill_what_records_have(flowcase: CommandLine, tmp_path: Path) -> None:
    text = (PROCESSES / "forms" / "F-A1.form").read_text("utf-8")
    file = tmp_path / "F-A1.form"
    file.write_text(text.replace("case:Underretning.kanal", "case:Underretning.kanel"), "utf-8")

    assert {each["rule"] for each in flowcase.json("check", file, expect=1)} == {"form-entity"}
    flowcase("deploy", file, expect=1)


def test_a_group_of_the_municipality_is_known(
    flowcase: CommandLine, tmp_path: Path, opened: Callable[[], Flowcase]
) -> None:
    file = tmp_path / "own.bpmn"
    file.write_bytes(TWO_STEPS.replace(b'"fronten"', b'"broen"'))
    flowcase("check", file, expect=1)
    flowcase("deploy", file, expect=1)

    opened().people.add("bo", name="Bo", groups=["broen"], actor=SYSTEM)

    assert "0 of them block" in flowcase("check", file, "--group", "broen").stdout
    assert flowcase.json("deploy", file)["definitions"] == ["to:1"]


def test_a_path_that_is_not_there_is_a_finding(flowcase: CommandLine, tmp_path: Path) -> None:
    assert [each["severity"] for each in flowcase.json("check", tmp_path / "no.bpmn", expect=1)] == ["error"]


def test_a_bare_diagram_runs_without_an_installation(tmp_path: Path, files: Path) -> None:
    flowcase = CommandLine(tmp_path / "nowhere")

    trace = flowcase.json("run", files / "to.bpmn")

    assert trace["state"] == "completed"
    assert next(each["element"] for each in trace["entries"] if each["event"] == "completed") == "start"
    assert "State: completed" in flowcase("run", files / "to.bpmn").stdout
    flowcase("run", files / "to.bpmn", "--until", "2026-01-01", expect=2)
    flowcase("run", files / "to.bpmn", "--process", "no", expect=1)
    (files / "broken.bpmn").write_bytes(b"<definitions")
    assert flowcase.json("run", files / "broken.bpmn", expect=1)["state"] == "refused"
    assert not flowcase.home.exists()


def test_element_templates_are_written(flowcase: CommandLine, tmp_path: Path) -> None:
    made = flowcase.json("templates", tmp_path / "templates")

    assert json.loads((tmp_path / "templates" / "flowcase.json").read_text("utf-8")) == made
    assert len(made) > 10


def test_a_scenario_file_that_cannot_be_used_ends_with_2(flowcase: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("id: S-99\n", "utf-8")

    report = flowcase.json("scenario", file, expect=2)

    assert (report["passed"], report["failed"]) == (0, 0)
    assert report["unusable"][0]["file"].endswith("s.yaml")


def test_scenarios_of_files_that_cannot_be_deployed_give_the_findings_as_json(
    flowcase: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "processes"
    folder.mkdir()
    (folder / "skaev.bpmn").write_text("<no-diagram/>", "utf-8")
    file = tmp_path / "s.yaml"
    file.write_text(
        "id: S-98\ntitle: Ingen\nsource: test\ncases: {}\n"
        "people:\n  - {id: R-01, groups: [forebyggende], district: haderslev_midt}\nsteps:\n"
        '  - at: "2026-03-02T09:00+01:00"\n    do: advance the clock\n'
        "    expect: {tasks: [{process: skaev, element: gem, count: 0}]}\n",
        "utf-8",
    )

    report = flowcase.json("scenario", "--processes", folder, file, expect=1)

    assert report["state"] == "refused"
    assert {each["file"] for each in report["findings"]} == {"skaev.bpmn"}


# --- the installation ----------------------------------------------------------------------------------


def levels(found: list[dict[str, str]]) -> dict[str, str]:
    return {each["what"]: each["level"] for each in found}


def test_a_healthy_installation_has_no_errors(flowcase: CommandLine) -> None:
    found = flowcase.json("doctor")

    said = levels(found)
    assert said.pop("safety") == "warning"  # no proxy that ends TLS stands before this one
    assert said.pop("checkpoints") == "warning"  # nothing is kept outside
    assert said.pop("workers") == "warning"  # none runs beside this test
    assert set(said.values()) == {"ok"}
    looked_at = {"key", "keys", "database", "deployments", "four eyes", "incidents", "timers"}
    looked_at |= {"consistency", "files", "history"}
    assert set(said) == looked_at
    assert "Every chain is whole." in flowcase("doctor").stdout


def test_doctor_names_a_key_that_others_can_read(flowcase: CommandLine) -> None:
    (flowcase.home / "installation.key").chmod(0o644)

    assert levels(flowcase.json("doctor", expect=1))["key"] == "error"
    assert "Run: chmod 600" in flowcase("doctor", expect=1).stdout


def test_doctor_names_an_installation_that_is_not_there(tmp_path: Path) -> None:
    flowcase = CommandLine(tmp_path / "nowhere")

    assert "Run: flowcase db upgrade" in flowcase("doctor", expect=1).stdout
    assert not flowcase.home.exists()


@pytest.mark.usefixtures("migrations")
def test_doctor_names_an_installation_without_processes(tmp_path: Path) -> None:
    flowcase = CommandLine(tmp_path / "empty")
    assert flowcase.json("db", "upgrade")["revision"]

    assert levels(flowcase.json("doctor", expect=1))["deployments"] == "error"


def test_an_outdated_schema_is_refused_until_it_is_upgraded(flowcase: CommandLine) -> None:
    with sqlite3.connect(flowcase.home / "flowcase.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = '0000_older'")
    database.close()

    assert "flowcase db upgrade" in flowcase("tasks", expect=1).stderr
    assert levels(flowcase.json("doctor", expect=1))["database"] == "error"


def test_another_key_opens_nothing(flowcase: CommandLine) -> None:
    key = flowcase.home / "installation.key"
    key.unlink()
    config.load(home=flowcase.home).create_missing_key()

    assert "another one" in flowcase("tasks", expect=1).stderr
    assert levels(flowcase.json("doctor", expect=1))["key"] == "error"


def test_a_lost_key_is_not_replaced_under_a_database_that_needs_it(flowcase: CommandLine) -> None:
    (flowcase.home / "installation.key").unlink()

    assert "Put it back from your backup" in flowcase("db", "upgrade", expect=1).stderr
    assert not (flowcase.home / "installation.key").exists()


def test_doctor_finds_an_altered_history(flowcase: CommandLine, tmp_path: Path) -> None:
    notified(flowcase, tmp_path, 1)
    with sqlite3.connect(flowcase.home / "flowcase.sqlite") as database:
        database.execute("DROP TRIGGER history_refuses_update")
        database.execute("UPDATE history SET actor = 'another' WHERE stream LIKE 'case:%' AND seq = 1")
    database.close()

    (finding,) = [each for each in flowcase.json("doctor", expect=1) if each["what"] == "history"]

    assert (finding["level"], "event 1 is altered" in finding["message"]) == ("error", True)


def test_upgrading_again_changes_nothing(flowcase: CommandLine) -> None:
    first = flowcase.json("db", "upgrade")

    assert flowcase.json("db", "upgrade") == first
    assert "at revision" in flowcase("db", "upgrade").stdout


def test_a_setting_with_a_wrong_value_is_refused(
    flowcase: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWCASE_DURABLE", "perhaps")

    assert "FLOWCASE_DURABLE" in flowcase("tasks", expect=1).stderr


def test_every_command_explains_itself() -> None:
    commands = dict(cli.commands)
    for group in ("db", "folder", "keys", "people", "retention", "service-account"):
        inner = commands.pop(group).commands
        commands.update({f"{group} {name}": command for name, command in inner.items()})

    assert [name for name, command in commands.items() if not command.help] == []
    # They talk to a person until they are stopped; an export is itself data, in the format asked for.
    without_json = {"serve", "demo", "export"}
    lacking = {
        name
        for name, command in commands.items()
        if "--json" not in {o for p in command.params for o in p.opts}
    }
    assert lacking == without_json


def test_a_second_opening_sees_the_first_ones_work(flowcase: CommandLine, files: Path) -> None:
    flowcase("deploy", files)

    flow = bootstrap.open(config.load(home=flowcase.home))
    try:
        assert "to" in {row.process for row in flow.deployments.definitions()}
    finally:
        flow.close()


def test_layout_draws_every_file_or_none(flowcase: CommandLine, files: Path) -> None:
    (files / "broken.bpmn").write_text("<no diagram", "utf-8")
    before = (files / "to.bpmn").read_bytes()

    flowcase("layout", files / "to.bpmn", files / "broken.bpmn", expect=1)
    assert (files / "to.bpmn").read_bytes() == before

    assert "Drew" in flowcase("layout", files / "to.bpmn").stdout
    assert b"BPMNShape" in (files / "to.bpmn").read_bytes()

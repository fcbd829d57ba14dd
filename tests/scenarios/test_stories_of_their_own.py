"""Stories about processes that are started by hand, about records that were there before, and about work
outside; and how much of the diagrams they went through.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from flowcase import handlers
from flowcase.cli import cli
from flowcase.handlers import Side, handler
from flowcase.scenarios import ScenarioError, VariantReport, coverage, read, run
from tests.services.diagrams import Node, boundary, end, process, service_task, start, user_task

Story = dict[str, Any]

DECIDE = process("beslutning", start(), user_task("beslut", groups="fronten"), end("besluttet"))
HAND_OVER = process(
    "aflevering",
    start(),
    service_task("send", "proeve.send"),
    end("sendt"),
    aside=(
        boundary(
            "afvist",
            "send",
            '<errorEventDefinition errorRef="e"/>',
            to="ikke_sendt",
            roots=('<error id="e" errorCode="AFVIST"/>',),
        ),
        Node("ikke_sendt", "endEvent", outgoing=()),
    ),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two small processes; one of them does work outside that must never be done for real."""

    def out_into_the_world(job: Any, outbox: Any) -> Mapping[str, Any]:
        raise AssertionError("a story reached the world outside")

    handlers.load_handlers()
    monkeypatch.setattr(handlers, "_registered", dict(handlers._registered))
    handler("proeve.send", da="Send", en="Send", side=Side.OUTSIDE)(out_into_the_world)
    processes = tmp_path / "processes"
    processes.mkdir()
    (processes / "beslutning.bpmn").write_bytes(DECIDE)
    (processes / "aflevering.bpmn").write_bytes(HAND_OVER)
    return processes


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*steps: Story, **more: Any) -> Path:
        story = {
            "id": "EX-02",
            "title": "Et eksempel",
            "source": "prøve",
            "people": [{"id": "FP-1", "groups": ["fronten"]}],
            "steps": [
                {"at": f"2026-03-27T{8 + number:02}:00+01:00", "as": "FP-1", **step}
                for number, step in enumerate(steps)
            ],
            **more,
        }
        file = tmp_path / "story.yaml"
        file.write_text(yaml.safe_dump(story, sort_keys=False, allow_unicode=True), "utf-8")
        return file

    return write


def differences(report: VariantReport) -> list[str]:
    return [f"{one.expected} BUT {one.came}" for step in report.steps for one in step.differences]


def played(file: Path, folder: Path) -> list[str]:
    [report] = run(read(file), processes=folder)
    return differences(report)


START: Story = {"do": "start", "process": "beslutning"}
OPEN = {"process": "beslutning", "element": "beslut"}
COMPLETE: Story = {"do": "complete", **OPEN}


def test_a_process_outside_of_any_case_is_started_and_its_user_task_completed(write, folder: Path):
    file = write(
        {**START, "expect": {"tasks": [{**OPEN, "count": 1}]}},
        {**COMPLETE, "expect": {"ends": [{"process": "beslutning", "end": "besluttet", "count": 1}]}},
    )

    assert played(file, folder) == []


def test_in_a_case_the_started_process_knows_the_case(write, folder: Path):
    asked = {**OPEN, "case": "SAG-9901", "shows": {"sag_id": "SAG-9901", "frist": "2026-05-01"}}
    file = write(
        {
            **START,
            "case": "SAG-9901",
            "values": {"frist": "2026-05-01"},
            "expect": {"tasks": [asked]},
        },
        cases={"SAG-9901": {"status": "aaben"}},
    )

    assert played(file, folder) == []


def test_a_process_that_there_is_not_cannot_be_started(write, folder: Path):
    [difference] = played(write({**START, "process": "findes_ikke"}), folder)

    assert "findes_ikke" in difference


def test_a_person_starts_with_the_start_form_and_only_where_the_diagram_lets_them(write, folder: Path):
    properties = (
        '<zeebe:properties><zeebe:property name="flowcase.starters" value="fronten"/></zeebe:properties>'
    )
    form = {"type": "default", "id": "F-Y", "components": [
        {"type": "textarea", "key": "indhold", "id": "f1", "label": "Hvad", "validate": {"required": True},
         "properties": {"target": "case:Notat.indhold"}},
    ]}  # fmt: skip
    by_hand = start(
        inside=f'<extensionElements><zeebe:formDefinition formId="F-Y"/>{properties}</extensionElements>'
    )
    (folder / "notat.bpmn").write_bytes(process("notat", by_hand, user_task("laes"), end()))
    (folder / "F-Y.form").write_text(json.dumps(form), "utf-8")
    step = {"do": "start", "process": "notat", "case": "SAG-9901"}
    note = {"entity": "Notat", "case": "SAG-9901", "values": {"indhold": "Ringet op."}}
    file = write(
        {**step, "expect": {"refusals": [{"field": "indhold"}]}},
        {**step, "values": {"indhold": "Ringet op."}, "expect": {"records": [note]}},
        {**step, "as": "TL-1", "expect": {"refusals": [{"says": "it is for fronten"}]}},
        cases={"SAG-9901": {"status": "aaben", "facts": {"team": "fronten", "sagsbehandler": "TL-1"}}},
        people=[{"id": "FP-1", "groups": ["fronten"]}, {"id": "TL-1", "groups": ["familieteam"]}],
    )

    assert played(file, folder) == []


def test_several_open_user_tasks_are_told_apart_by_what_they_are_about_or_by_their_order(write, folder: Path):
    of_second = {**OPEN, "shows": {"punkt_id": "P-2"}}
    file = write(
        *({**START, "values": {"punkt_id": f"P-{number}"}} for number in (1, 2, 3)),
        {**COMPLETE, "record": "P-2"},
        {**COMPLETE, "number": 2, "expect": {"tasks": [{**OPEN, "shows": {"punkt_id": "P-1"}}]}},
        {**COMPLETE, "expect_not": {"tasks": [OPEN]}},
    )
    story = yaml.safe_load(file.read_text("utf-8"))
    story["steps"][3]["expect_not"] = {"tasks": [of_second]}
    file.write_text(yaml.safe_dump(story, allow_unicode=True), "utf-8")

    assert played(file, folder) == []


def test_an_order_beyond_the_open_user_tasks_is_a_difference(write, folder: Path):
    [difference] = played(write(START, {**COMPLETE, "number": 2}), folder)

    assert "Expected 2 open user tasks" in difference
    assert "but there are 1" in difference


def test_records_are_there_before_the_story_and_can_be_named_in_it(write, folder: Path):
    family = {"entity": "Familie", "id": "FAM-1", "values": {"bor_sammen": False}}
    relative = {"entity": "Netvaerksperson", "values": {"navn": "Farmor"}}
    file = write(
        {
            **START,
            "case": "SAG-9901",
            "values": {"familie_id": {"record": "Familie"}},
            "expect": {
                "records": [
                    {"entity": "Familie", "case": "SAG-9901", "values": {"bor_sammen": False}, "count": 1},
                    {"entity": "Netvaerksperson", "values": {"navn": "Farmor"}, "count": 1},
                ],
                "tasks": [{**OPEN, "shows": {"familie_id": "FAM-1"}}],
            },
        },
        cases={"SAG-9901": {"status": "aaben", "records": [family]}},
        records=[relative],
    )

    assert played(file, folder) == []


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"entity": "Familien"}, "There is no entity 'Familien'"),
        ({"entity": "Familie", "values": {"bor_samen": True}}, "Familie has no attribute bor_samen"),
    ],
)
def test_a_record_that_the_product_does_not_know_is_refused_with_its_line(write, record: Story, says: str):
    file = write(START, cases={"SAG-9901": {"status": "aaben", "records": [record]}})

    with pytest.raises(ScenarioError) as error:
        read(file)

    [(line, sentence)] = error.value.problems
    assert sentence.startswith(says)
    assert record["entity"] in file.read_text("utf-8").splitlines()[line - 1]


# --- work outside ----------------------------------------------------------------------------------

SEND: Story = {"do": "start", "process": "aflevering"}
SENT = {"type": "proeve.send", "process": "aflevering", "element": "send"}


def end_of(id: str) -> Story:
    return {"process": "aflevering", "end": id}


def test_work_outside_succeeds_without_touching_the_world(write, folder: Path):
    file = write(
        {**SEND, "expect": {"ends": [end_of("sendt")], "jobs": [{**SENT, "state": "completed", "count": 1}]}}
    )

    assert played(file, folder) == []


def test_the_story_says_how_the_world_answers_in_its_order(write, folder: Path):
    file = write(
        {
            **SEND,
            "expect": {"jobs": [{**SENT, "state": "pending"}]},
            "expect_not": {"ends": [end_of("sendt")]},
        },
        {"do": "advance the clock", "expect": {"ends": [{**end_of("sendt"), "count": 1}]}},
        {**SEND, "expect": {"ends": [{**end_of("ikke_sendt"), "count": 1}]}},
        jobs={"proeve.send": [{"fails": True}, {"values": {"kvittering": "K-1"}}, {"error": "AFVIST"}]},
    )

    assert played(file, folder) == []


def test_work_outside_is_told_apart_by_what_each_instance_gave_it(write, folder: Path):
    asked = [{**SENT, "inputs": {"sag_id": code}, "count": 1} for code in ("SAG-9901", "SAG-9902")]
    file = write(
        {**SEND, "case": "SAG-9901"},
        {**SEND, "case": "SAG-9902", "expect": {"jobs": asked}},
        cases={"SAG-9901": {"status": "aaben"}, "SAG-9902": {"status": "aaben"}},
    )

    assert played(file, folder) == []


def test_work_that_fails_for_good_is_an_incident(write, folder: Path):
    file = write(
        SEND,
        {
            "do": "advance the clock",
            "expect": {"incidents": [{"process": "aflevering"}], "jobs": [{**SENT, "state": "failed"}]},
        },
        jobs={"proeve.send": [{"fails": True}]},
    )

    assert played(file, folder) == []


# --- coverage --------------------------------------------------------------------------------------


def test_coverage_counts_what_any_story_went_through(write, folder: Path):
    first = run(read(write(SEND)), processes=folder)
    second = run(read(write(SEND, jobs={"proeve.send": [{"error": "AFVIST"}]})), processes=folder)

    alone, both = coverage(folder, first), coverage(folder, [*first, *second])

    [hand_over, decision] = alone.diagrams
    assert (hand_over.process, len(hand_over.elements.drawn), len(hand_over.flows.drawn)) == (
        "aflevering",
        5,
        3,
    )
    assert hand_over.elements.missing == ("afvist", "ikke_sendt")
    assert hand_over.flows.missing == ("afvist_ikke_sendt",)
    assert round(hand_over.percent) == 62
    assert not decision.is_reached
    assert both.diagrams[0].is_complete
    assert not both.diagrams[1].is_complete


def test_what_is_argued_counts_and_what_is_argued_in_vain_is_told(write, folder: Path):
    argued = [
        {"process": "aflevering", "element": "afvist", "why": "Modtageren afviser aldrig."},
        {"process": "aflevering", "element": "ikke_sendt", "why": "Modtageren afviser aldrig."},
        {"process": "aflevering", "flow": "afvist_ikke_sendt", "why": "Modtageren afviser aldrig."},
        {"process": "aflevering", "element": "sendt", "why": "Den er nu nået alligevel."},
        {"process": "aflevering", "element": "borte", "why": "Den findes ikke længere."},
        {"process": "borte", "element": "x", "why": "Den findes ikke længere."},
    ]
    story = read(write(SEND, not_covered=argued))

    found = coverage(folder, run(story, processes=folder), story.not_covered)

    assert found.diagrams[0].is_complete
    assert set(found.diagrams[0].elements.argued) == {"afvist", "ikke_sendt"}
    assert [problem for _, problem in found.stale] == [
        "'sendt' of 'aflevering' is reached",
        "'aflevering' has no element or flow 'borte'",
        "there is no process 'borte'",
    ]


def test_the_command_tells_the_coverage_to_people_and_to_programs(write, folder: Path):
    argued = [{"process": "aflevering", "element": "afvist", "why": "Modtageren afviser aldrig."}]
    file = str(write(SEND, not_covered=argued))

    brief = CliRunner().invoke(cli, ["scenario", "--processes", str(folder), file]).output
    full = CliRunner().invoke(cli, ["scenario", "--missing", "--processes", str(folder), file]).output
    told = json.loads(
        CliRunner().invoke(cli, ["scenario", "--json", "--processes", str(folder), file]).stdout
    )

    assert "aflevering       4/5    2/3  75 %" in brief
    assert "element afvist argued" in brief
    assert "Not entered: beslutning" in brief
    assert "no scenario reaches" not in brief
    assert "aflevering: no scenario reaches element ikke_sendt" in full
    assert "beslutning: no scenario reaches flow start_beslut, beslut_besluttet" in full
    assert told["coverage"]["diagrams"][0]["flows"] == {
        "drawn": 3,
        "reached": 2,
        "argued": {},
        "missing": ["afvist_ikke_sendt"],
    }

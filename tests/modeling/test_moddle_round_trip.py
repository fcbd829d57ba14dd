"""Diagrams go to and fro between flowcase and the libraries that Camunda Modeler uses.

The libraries are installed by `npm ci` from the lock file into build/moddle, once.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from flowcase.handlers import load_handlers
from flowcase.modeling import Severity, check_bpmn, read_bpmn
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.definition import Binding, CatchUp, ElementKind, TimerKind
from flowcase.modeling.element_templates import LANGUAGES, element_templates
from tests.node_packages import node_package

HERE = Path(__file__).parent / "moddle"
REPOSITORY = Path(__file__).parents[2]
PROCESSES = sorted((REPOSITORY / "processes").glob("*.bpmn"))


@pytest.fixture(scope="session")
def node():
    """Runs round_trip.mjs with the given arguments and returns what it printed."""
    return node_package(HERE, "round_trip.mjs")


def test_a_diagram_written_by_the_library_deploys_and_reads_as_drawn(node, tmp_path):
    file = tmp_path / "moddle.bpmn"
    node("write", file)

    findings = check_bpmn(
        file.read_bytes(), "moddle.bpmn", Catalogue(forms={"F-A1"}, groups={"frontpersonale"})
    )
    process = read_bpmn(file.read_bytes(), "moddle.bpmn").process("fra_moddle")

    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    elements = process.elements
    assert process.version_tag == "1.2"
    register = elements["registrer"]
    assert register.lane == "Frontpersonale"
    assert register.user_task.form_id == "F-A1"
    assert register.user_task.candidate_groups.text == "frontpersonale"
    assert (register.user_task.due_date.text, register.user_task.due_date.is_static) == ("frist.T01", False)
    assert register.user_task.follow_up_date.is_static
    assert register.properties == {"flowcase.instruction": "Udfyld skemaet."}
    assert [(m.source.text, m.target) for m in register.outputs] == [("akut", "akut")]
    reminder = elements["paamind"]
    assert (reminder.attached_to, reminder.is_interrupting) == ("registrer", False)
    assert (reminder.event.kind, reminder.event.catch_up) == (TimerKind.CYCLE, CatchUp.ONCE)
    job = elements["kvitter"].job
    assert (job.type.text, job.retries.text, job.headers) == ("kvittering.send", "5", {"kanal": "brev"})
    assert elements["mislykket"].event.code == "ukendt"
    assert elements["opgivet"].event.code == "frist_overskredet"
    assert elements["afgoer"].decision.binding is Binding.VERSION_TAG
    assert elements["regn"].script.expression.text == "frist_timer * 2"
    call = elements["kald"]
    assert call.kind is ElementKind.CALL_ACTIVITY
    assert call.call.binding is Binding.DEPLOYMENT
    assert not call.call.propagate_all_child_variables
    assert call.loop.is_sequential and call.loop.output_element.text == "resultat"
    assert elements["modtag"].message.correlation_key.text == "sag_id"
    assert elements["slut"].event.name.text == "sag_afsluttet"
    assert elements["akut_spoergsmaal"].default_flow == "akut_spoergsmaal_modtag"


@pytest.mark.parametrize("path", PROCESSES, ids=lambda path: path.stem)
def test_our_diagrams_survive_the_library_unchanged(node, tmp_path, path):
    node("rewrite", path, tmp_path / path.name)

    before = read_bpmn(path.read_bytes(), path.name)
    after = read_bpmn((tmp_path / path.name).read_bytes(), path.name)
    assert [_plain(process) for process in after.processes] == [
        _plain(process) for process in before.processes
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_element_templates_are_valid(node, tmp_path, language):
    file = tmp_path / "templates.json"
    file.write_text(json.dumps(element_templates(load_handlers(), language=language)), encoding="utf-8")

    answer = json.loads(node("templates", file))

    assert answer == {"valid": True, "problems": []}


def _plain(process):
    """A definition without what names the very bytes of its file: lines, order and hash."""
    return dataclasses.replace(
        process,
        content_hash="",
        elements={
            name: dataclasses.replace(
                element,
                line=None,
                incoming=tuple(sorted(element.incoming)),
                outgoing=tuple(sorted(element.outgoing)),
            )
            for name, element in sorted(process.elements.items())
        },
        flows={name: dataclasses.replace(flow, line=None) for name, flow in sorted(process.flows.items())},
    )

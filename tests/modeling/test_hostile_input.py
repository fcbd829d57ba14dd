"""Hostile and broken uploads end in a finding, soon, and never in a traceback."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from diagrams import diagram

from flowcase.errors import InvalidDefinition
from flowcase.modeling import check_bpmn, check_bundle, check_form, read_bpmn

LIMIT = 5.0  # seconds of computing, whatever else the machine does


def chain(count: int, element: str = "<userTask {}/>") -> str:
    """A start event, so many elements in a row, an end event."""
    lines = ['<startEvent id="start"/>', '<sequenceFlow id="f0" sourceRef="start" targetRef="n1"/>']
    for number in range(1, count + 1):
        target = "slut" if number == count else f"n{number + 1}"
        lines.append(element.format(f'id="n{number}"'))
        lines.append(f'<sequenceFlow id="f{number}" sourceRef="n{number}" targetRef="{target}"/>')
    return "\n".join([*lines, '<endEvent id="slut"/>'])


def nested(depth: int) -> str:
    opening = "".join(f'<subProcess id="s{n}"><startEvent id="a{n}"/>' for n in range(depth))
    return opening + "</subProcess>" * depth


def parallel_blocks(count: int, branches: int) -> str:
    lines = ['<startEvent id="start"/>', '<sequenceFlow id="f" sourceRef="start" targetRef="del0"/>']
    for n in range(count):
        lines += [f'<parallelGateway id="del{n}"/>', f'<parallelGateway id="saml{n}"/>']
        for b in range(branches):
            lines += [
                f'<userTask id="t{n}_{b}"/>',
                f'<sequenceFlow id="i{n}_{b}" sourceRef="del{n}" targetRef="t{n}_{b}"/>',
                f'<sequenceFlow id="o{n}_{b}" sourceRef="t{n}_{b}" targetRef="saml{n}"/>',
            ]
        target = "slut" if n == count - 1 else f"del{n + 1}"
        lines.append(f'<sequenceFlow id="g{n}" sourceRef="saml{n}" targetRef="{target}"/>')
    return "\n".join([*lines, '<endEvent id="slut"/>'])


def everything_to_everything(count: int, tag: str) -> str:
    lines = ['<startEvent id="start"/>', '<sequenceFlow id="f" sourceRef="start" targetRef="n0"/>']
    lines += [f'<{tag} id="n{n}"/>' for n in range(count)]
    lines += [
        f'<sequenceFlow id="f{a}_{b}" sourceRef="n{a}" targetRef="n{b}"/>'
        for a in range(count)
        for b in range(count)
    ]
    return "\n".join(lines)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{"&" + a + ";" * 1}{"&" + a + ";"}">'
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><definitions>&i;</definitions>"
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'

HOSTILE: dict[str, Callable[[], bytes]] = {  # made by the test: every process collects this file
    "a hundred megabytes": lambda: b"<definitions>" + b" " * 100_000_000 + b"</definitions>",
    "an entity bomb": lambda: BOMB.encode(),
    "an external entity": lambda: EXTERNAL.encode(),
    "ten thousand nested elements": lambda: diagram(nested(10_000)),
    "nested beyond what is run": lambda: diagram(nested(60)),
    "ten thousand tasks in a row": lambda: diagram(chain(10_000)),
    "a hundred thousand flows": lambda: diagram(everything_to_everything(300, "userTask")),
    "many mappings": lambda: diagram(
        '<startEvent id="start"><extensionElements><zeebe:ioMapping>'
        + "".join(f'<zeebe:output source="={n} + 1" target="x"/>' for n in range(70_000))
        + "</zeebe:ioMapping></extensionElements></startEvent>"
    ),
    "many equal extensions": lambda: diagram(
        '<startEvent id="start"><extensionElements>'
        + "<zeebe:ioMapping/>" * 50_000
        + "</extensionElements></startEvent>"
    ),
    "a long expression": lambda: diagram(
        chain(1, '<scriptTask {}><extensionElements><zeebe:script resultVariable="x" expression="=')
        + "1+" * 200_000
        + '1"/></extensionElements></scriptTask>'
    ),
    "nothing": lambda: b"",
    "blanks": lambda: b" \n\t ",
    "no XML": lambda: b"PK\x03\x04 this is a zip file",
    "a wrong encoding": lambda: '<?xml version="1.0" encoding="UTF-8"?><definitions name="ø"/>'.encode(
        "latin-1"
    ),
    "an unknown encoding": lambda: b'<?xml version="1.0" encoding="UTF-7"?><definitions/>',
    "zero bytes": lambda: b"\x00" * 1000,
    "an HTML page": lambda: b"<html><body>Not found</body></html>",
    "a DMN file": lambda: b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"/>',
    "no process": lambda: b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"/>',
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_time(make):
    content = make()
    begun = time.process_time()

    findings = check_bpmn(content, "hostile.bpmn")

    assert time.process_time() - begun < LIMIT
    assert any(finding.severity == "error" for finding in findings)
    assert "rule-crashed" not in {finding.rule for finding in findings}
    assert all(
        word not in finding.message for finding in findings for word in ("Traceback", "Error(", "lxml")
    )


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_reading_a_hostile_file_raises_nothing_but_the_refusal(make):
    try:
        read_bpmn(make(), "hostile.bpmn")
    except InvalidDefinition as refusal:
        assert refusal.findings


HARMLESS: dict[str, Callable[[], str]] = {
    "two thousand tasks in a row": lambda: chain(1_990),
    "sixteen parallel blocks in a row": lambda: parallel_blocks(16, 3),
    "a hundred parallel blocks of fifteen branches": lambda: parallel_blocks(100, 15),
}


@pytest.mark.parametrize("make", HARMLESS.values(), ids=HARMLESS.keys())
def test_a_large_but_sound_diagram_is_accepted_in_time(make):
    body = make()
    begun = time.process_time()

    findings = check_bpmn(diagram(body), "large.bpmn")

    assert time.process_time() - begun < LIMIT
    assert [finding for finding in findings if finding.severity == "error"] == []
    assert read_bpmn(diagram(body), "large.bpmn").processes


@pytest.mark.parametrize("tag", ["exclusiveGateway", "parallelGateway", "inclusiveGateway"])
def test_a_tangle_of_gateways_ends_in_findings_in_time(tag):
    begun = time.process_time()

    findings = check_bpmn(diagram(everything_to_everything(70, tag)), "tangle.bpmn")

    assert time.process_time() - begun < LIMIT
    assert findings


def test_a_bundle_of_broken_files_names_each_of_them():
    files = {
        "a.bpmn": b"",
        "b.dmn": b"<x",
        "c.form": b"{",
        "rulesets/d.yaml": b"a: &x [*x, *x]\n",
        "e.exe": b"MZ",
    }

    findings = check_bundle(files)

    assert {finding.file for finding in findings} == set(files)
    assert "rule-crashed" not in {finding.rule for finding in findings}


def test_a_form_of_deep_lists_is_refused_in_time():
    deep = (
        b'{"id": "F", "components": '
        + b'[{"type": "group", "components": ' * 400
        + b"[]"
        + b"}]" * 400
        + b"}"
    )
    begun = time.process_time()

    assert check_form(deep, "deep.form")
    assert time.process_time() - begun < LIMIT

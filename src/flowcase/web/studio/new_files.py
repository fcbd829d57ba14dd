"""The smallest diagram, table and form to begin from."""

from __future__ import annotations

import json
import re
import unicodedata
from xml.sax.saxutils import quoteattr

from flowcase.errors import InvalidValues

# kind -> (ending, folder)
KINDS = {
    "bpmn": (".bpmn", ""),
    "dmn": (".dmn", "decisions/"),
    "form": (".form", "forms/"),
    "ruleset": (".yaml", "rulesets/"),
    "scenario": (".yaml", "scenarios/"),
}

_SPELT = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_ID = re.compile(r"[A-Za-z_][\w-]{0,79}", re.ASCII)
_NO_NAME = (
    "Skriv et navn af højst 80 bogstaver a-z, tal, - og _, uden filens endelse. Det begynder med et bogstav."
)

_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:modeler="http://camunda.org/schema/modeler/1.0"
  id={definitions} targetNamespace="http://bpmn.io/schema/bpmn"
  modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.8.0">
  <bpmn:process id={id} name={id} isExecutable="true">
    <bpmn:startEvent id="start" name="Start">
      <bpmn:outgoing>flow_start_slut</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:endEvent id="slut" name="Slut">
      <bpmn:incoming>flow_start_slut</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="flow_start_slut" sourceRef="start" targetRef="slut" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram_1">
    <bpmndi:BPMNPlane id="plane_1" bpmnElement={id}>
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="180" y="160" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="173" y="203" width="50" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="slut_di" bpmnElement="slut">
        <dc:Bounds x="432" y="160" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="425" y="203" width="50" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="flow_start_slut_di" bpmnElement="flow_start_slut">
        <di:waypoint x="216" y="178" />
        <di:waypoint x="432" y="178" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""

_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
  xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id={definitions} name={id}
  namespace="http://camunda.org/schema/1.0/dmn">
  <decision id={id} name={id}>
    <variable id="variabel" name={id} />
    <decisionTable id="tabel" hitPolicy="FIRST">
      <input id="ind_1" label="Input">
        <inputExpression id="udtryk_1" typeRef="string"><text>input</text></inputExpression>
      </input>
      <output id="ud_1" label="Svar" name="svar" typeRef="string" />
      <rule id="regel_1">
        <inputEntry id="celle_1"><text></text></inputEntry>
        <outputEntry id="svar_1"><text>"svar"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="diagram_1">
      <dmndi:DMNShape id="form_1" dmnElementRef={id}>
        <dc:Bounds height="80" width="180" x="160" y="80" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


_YAML = {
    "ruleset": """id: NAVN
version: "1"
title: NAVN
in_force_from: 2026-01-01
settings: {}
""",
    "scenario": """id: NAVN
title: NAVN
source: ""
people:
  - {id: FP-1, groups: [fronten, frontpersonale]}
steps:
  - {id: begyndt, at: 2026-01-05T09:00+01:00, do: advance the clock}
""",
}


def proposed(name: str) -> str:
    """The nearest name that can be an id: hjemmebesoeg for Hjemmebesøg; empty where nothing is left."""
    spelt = name.lower().translate(_SPELT).strip()
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_-]+", "_", plain).strip("_-").lstrip("0123456789_-")[:80]


def path_of(name: str, kind: str) -> str:
    """Where a file of a kind with this name lies."""
    ending, folder = KINDS.get(kind, ("", ""))
    return folder + name.removesuffix(ending) + ending


def new_file(name: str, kind: str) -> tuple[str, bytes]:
    """(file name, content) for a name without ending. Raises InvalidValues for what can be no id."""
    if kind not in KINDS:
        raise InvalidValues("the new file", {"slags": ["Vælg, hvad filen skal være."]})
    ending, folder = KINDS[kind]
    id = name.removesuffix(ending)
    if not _ID.fullmatch(id):
        raise InvalidValues(
            "the new file",
            {"navn": [_NO_NAME]},
        )
    if kind == "form":
        form = {"id": id, "type": "default", "schemaVersion": 18, "components": []}
        return folder + id + ending, (json.dumps(form, indent=2) + "\n").encode()
    if kind in _YAML:
        return folder + id + ending, _YAML[kind].replace("NAVN", id).encode()
    template = _DIAGRAM if kind == "bpmn" else _TABLE
    text = template.format(id=quoteattr(id), definitions=quoteattr(f"definitions_{id}"))
    return folder + id + ending, text.encode()

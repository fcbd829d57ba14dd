"""The picture of a diagram that the server draws."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, render_template

from flowcase.web.pictures import diagram_drawing

DIAGRAM = Path(__file__).parents[2] / "processes/underretning.bpmn"


def rendered(app: Flask, states: dict[str, str]) -> str:
    drawing = diagram_drawing.drawn(DIAGRAM.read_bytes(), states)
    with app.test_request_context("/"):
        return render_template(
            "diagram.html", drawing=drawing, drawing_title="Billede", drawing_id="d", opens_at_its_place=True
        )


def test_where_the_flow_is_stands_in_words_and_opens_in_full_size(app):
    page = rendered(app, {"vurder": diagram_drawing.HERE})

    assert page.count("▼ her er forløbet") == 1
    assert "data-zoom checked" in page


def test_where_the_flow_cannot_go_on_stands_in_words(app):
    page = rendered(app, {"vurder": diagram_drawing.STUCK})

    assert page.count("▼ kan ikke komme videre") == 1
    assert 'class="fc-p-node fc-p-stuck"' in page


def test_a_flow_that_has_ended_opens_whole(app):
    page = rendered(app, {"vurder": diagram_drawing.DONE})

    assert "data-zoom><label" in page
    assert "▼" not in page


NAMED = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"><process id="p"><exclusiveGateway id="g" name="Akut?"/>
 <endEvent id="e" name="For sent"/><sequenceFlow id="f" name="Nej" sourceRef="g" targetRef="e"/></process>
 <di:BPMNDiagram><di:BPMNPlane>
 <di:BPMNShape bpmnElement="g"><dc:Bounds x="100" y="100" width="50" height="50"/>
  <di:BPMNLabel><dc:Bounds x="105" y="60" width="40" height="14"/></di:BPMNLabel></di:BPMNShape>
 <di:BPMNShape bpmnElement="e"><dc:Bounds x="107" y="300" width="36" height="36"/></di:BPMNShape>
 <di:BPMNEdge bpmnElement="f"><dd:waypoint x="125" y="150"/><dd:waypoint x="125" y="300"/>
  <di:BPMNLabel><dc:Bounds x="130" y="180" width="20" height="14"/></di:BPMNLabel></di:BPMNEdge>
 </di:BPMNPlane></di:BPMNDiagram></definitions>"""


def test_names_stand_where_they_were_put_and_none_is_cut_off():
    drawing = diagram_drawing.drawn(NAMED, {})

    assert drawing is not None
    lines = {word: (x, y) for node in drawing.nodes for x, y, word in node.lines}
    assert lines["Akut?"] == (125, 71)  # above the gateway, not on the flow that leaves it
    assert drawing.names == ((140, 191, "Nej"),)
    _, top, _, height = map(float, drawing.box.split())
    assert top < 60 and lines["For sent"][1] < top + height

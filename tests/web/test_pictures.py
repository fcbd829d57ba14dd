"""The picture of a diagram that the server draws."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, render_template

from flowcase.web import diagram_drawing

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

"""The diagram of an instance with its tokens, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, render_template
from flask_login import login_required

from flowcase.web import diagram_drawing
from flowcase.web.session import actor, flow

if TYPE_CHECKING:
    from flowcase.services.instances import Instance

blueprint = Blueprint("instances", __name__, url_prefix="/forloeb")


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    g.has_diagram = True
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    states = dict.fromkeys(instance.completed_elements, "done")
    states |= dict.fromkeys(instance.active_elements, "token")
    states |= dict.fromkeys(instance.incident_elements, "incident")
    return render_template("instance.html", instance=instance, states=states)


@blueprint.get("/<id>/billede")
@login_required
def picture(id: str) -> Any:
    """The diagram with its tokens as a piece of another page."""
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    return render_template(
        "picture.html", instance=instance, **picture_of(instance, flow().instances.source(id, actor=actor()))
    )


def picture_of(instance: Instance, source: bytes) -> dict[str, Any]:
    """What the templates of a picture want: the drawing, and the same in words."""
    states = dict.fromkeys(instance.completed_elements, diagram_drawing.DONE)
    states |= dict.fromkeys(instance.active_elements, diagram_drawing.HERE)
    names = instance.element_names
    return {
        "drawing": diagram_drawing.drawn(source, states),
        "walked": [names[each] for each in instance.completed_elements if names.get(each)],
        "here": [names.get(each) or each for each in instance.active_elements],
    }


@blueprint.get("/<id>/diagram.bpmn")
@login_required
def diagram(id: str) -> Any:
    """The file that this instance runs, as it was deployed."""
    content = flow().instances.source(id, actor=actor())
    return Response(content, mimetype="application/xml", headers={"Content-Disposition": "inline"})

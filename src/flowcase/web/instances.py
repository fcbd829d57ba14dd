"""The diagram of an instance with its tokens, and the same in words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template
from flask_login import login_required

from flowcase.web.session import actor, flow

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


@blueprint.get("/<id>/diagram.bpmn")
@login_required
def diagram(id: str) -> Any:
    """The file that this instance runs, as it was deployed."""
    content = flow().instances.source(id, actor=actor())
    return Response(content, mimetype="application/xml", headers={"Content-Disposition": "inline"})

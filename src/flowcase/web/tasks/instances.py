"""The diagram of an instance with its tokens, the same in words, and for operators the way back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, Refused
from flowcase.web.language import gettext
from flowcase.web.pictures import diagram_drawing
from flowcase.web.session import actor, flow
from flowcase.web.words.reasons import reason_problem

if TYPE_CHECKING:
    from flowcase.services.operating.instances import Instance

blueprint = Blueprint("instances", __name__, url_prefix="/forloeb")


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    may_intervene = instance.status in ("active", "suspended") and may_operate(actor())
    return render_template(
        "instance.html",
        instance=instance,
        **picture_of(instance, flow().instances.source(id, actor=actor())),
        may_intervene=may_intervene,
        may_go_back=may_intervene and instance.status == "active",
    )


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
    states |= dict.fromkeys(instance.incident_elements, diagram_drawing.STUCK)
    names = instance.element_names
    return {
        "drawing": diagram_drawing.drawn(source, states),
        "walked": [names[each] for each in instance.completed_elements if names.get(each, each) != each],
        "here": [names.get(each) or each for each in instance.active_elements],
    }


@blueprint.get("/<id>/diagram.bpmn")
@login_required
def diagram(id: str) -> Any:
    """The file that this instance runs, as it was deployed."""
    content = flow().instances.source(id, actor=actor())
    return Response(content, mimetype="application/xml", headers={"Content-Disposition": "inline"})


@blueprint.get("/<id>/tilbage")
@login_required
def earlier(id: str) -> Any:
    """The user tasks to which an operator can put the instance back."""
    steps = flow().going_back.steps(id, actor=actor())
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    return render_template("going_back.html", instance=instance, steps=steps, seen=None)


@blueprint.route("/<id>/tilbage/<step>", methods=["GET", "POST"])
@login_required
def go_back(id: str, step: str) -> Any:
    """What going back would do, and with a reason the way back; what was typed comes back without one."""
    reason = request.form.get("begrundelse", "")
    wrong = ""
    if request.method == "POST":
        try:
            flow().going_back.go_back(id, step, reason=reason, actor=actor())
        except Refused:
            wrong = reason_problem(reason)
        except Conflict:
            flash(gettext("Forløbet er gået videre imens. Se, hvad det betyder nu."), "warning")
            return redirect(url_for("instances.earlier", id=id))
        else:
            flash(gettext("Forløbet er tilbage ved det tidligere trin."), "success")
            return redirect(url_for("instances.show", id=id))
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    page = render_template(
        "going_back.html",
        instance=instance,
        steps=[],
        seen=flow().going_back.preview(id, step, actor=actor()),
        reason=reason,
        wrong=wrong,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK

"""What is done beside the form of a user task: taken, laid back, handed over, commented on.

Each button sends the form too, and what was typed in it is kept as the draft before anything else happens:
so nothing is lost, with and without JavaScript.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, FlowcaseError, InvalidValues
from flowcase.web.forms import form_notes
from flowcase.web.forms.typed_task import COMMENT
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.tasks import moving
from flowcase.web.tasks.user_tasks import blueprint, keep_typed, page_again

_STAYS = frozenset({"prioriter", "tag_tilbage"})  # what one goes on from here after


@blueprint.post("/<id>/tag")
@login_required
def claim(id: str) -> Any:
    problems = keep_typed(id)
    try:
        flow().user_tasks.claim(id, actor=actor())
    except Conflict:
        return page_again(id, status=HTTPStatus.CONFLICT)
    if problems:
        return page_again(id, errors=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("user_tasks.show", id=id))


@blueprint.post("/<id>/slip")
@login_required
def unclaim(id: str) -> Any:
    if problems := keep_typed(id):
        return page_again(id, errors=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    flow().user_tasks.unclaim(id, actor=actor())
    flash(gettext("Opgaven er lagt tilbage."), "info")
    return redirect(url_for("inbox.mine"))


@blueprint.post("/<id>/flyt")
@login_required
def move(id: str) -> Any:
    """Hand over, delegate, put off …: names begin with `_`, which no field of a form file does."""
    act = request.form.get("_handling", "")
    given = {name[1:]: value for name, value in request.form.items() if name.startswith("_")}
    if problems := keep_typed(id):
        return page_again(id, errors=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    problem = moving.cannot_begin(act, given)
    if problem:
        return page_again(id, moving=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    reason = f"_{act}_grund"
    if form_notes.is_to_be_warned(reason, request.form.get(reason, ""), request.form):
        return page_again(id, noted=reason)
    try:
        moving.carry_out(id, act, given)
    except FlowcaseError as error:
        return page_again(id, moving=moving.why_not(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(moving.done_words()[act].format(count=1), "success")
    return redirect(url_for("user_tasks.show", id=id) if act in _STAYS else url_for("inbox.mine"))


@blueprint.post("/<id>/her")
@login_required
def presence(id: str) -> Any:
    """One line about who else has the page open, or that the user task is open no more; asked for again."""
    return render_template("presence.html", presence=flow().presences.note(id, actor=actor()))


@blueprint.post("/<id>/kommentar")
@login_required
def comment(id: str) -> Any:
    task = flow().user_tasks.get(id, actor=actor())
    if problems := keep_typed(id, with_comment=False):
        return page_again(id, errors=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    text = request.form.get(COMMENT, "")
    if form_notes.is_to_be_warned(COMMENT, text, request.form):
        return page_again(id, noted=COMMENT)
    try:
        flow().comments.add(text, case=str(task.of_case), user_task=id, actor=actor())
    except InvalidValues as error:
        problem = gettext(error.errors["kommentar"][0])
        return page_again(id, comment=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    draft = flow().user_tasks.draft(id, actor=actor())
    if draft and COMMENT in draft:  # it is no longer waiting to be saved
        flow().user_tasks.save_draft(id, {**draft, COMMENT: ""}, actor=actor())
    return redirect(url_for("user_tasks.show", id=id) + "#kommentarer", HTTPStatus.SEE_OTHER)

"""The page of a user task: its form, its draft, and what happens when it is sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, InvalidValues, Refused
from flowcase.web import form_page
from flowcase.web.language import gettext
from flowcase.web.presenting import sentence
from flowcase.web.session import actor, flow

blueprint = Blueprint("user_tasks", __name__, url_prefix="/opgaver")


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    task = flow().user_tasks.get(id, actor=actor())
    draft = flow().user_tasks.draft(id, actor=actor())
    raw = draft if draft is not None else form_page.as_typed(task.prefilled)
    return _page(task, raw)


@blueprint.post("/<id>/tag")
@login_required
def claim(id: str) -> Any:
    flow().user_tasks.claim(id, actor=actor())
    return redirect(url_for("user_tasks.show", id=id))


@blueprint.post("/<id>/slip")
@login_required
def unclaim(id: str) -> Any:
    flow().user_tasks.unclaim(id, actor=actor())
    flash(gettext("Opgaven er lagt tilbage."), "info")
    return redirect(url_for("inbox.mine"))


@blueprint.post("/<id>/kladde")
@login_required
def save_draft(id: str) -> Any:
    """Saved by itself while somebody types; answers with nothing to show."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = form_page.raw_of(task.form, request.form) if task.form else {}
    flow().user_tasks.save_draft(id, raw, actor=actor())
    return "", HTTPStatus.NO_CONTENT


@blueprint.post("/<id>")
@login_required
def send(id: str) -> Any:
    """Complete, save, or change the number of rows; whatever fails, the page comes back as it was typed."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = form_page.raw_of(task.form, request.form) if task.form else {}
    if task.status != "open":
        return _page(task, raw, status=HTTPStatus.CONFLICT)
    if form_page.changed_rows(raw, request.form) or "_vis" in request.form:
        return _page(task, raw)
    if "_gem" in request.form:
        flow().user_tasks.save_draft(id, raw, actor=actor())
        flash(gettext("Kladden er gemt."), "success")
        return redirect(url_for("user_tasks.show", id=id))
    try:
        flow().user_tasks.complete(id, raw, actor=actor())
    except InvalidValues as error:
        return _page(task, raw, errors=error.errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Refused as error:
        return _page(task, raw, refusal=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict as error:
        task = flow().user_tasks.get(id, actor=actor())
        return _page(task, raw, conflict=sentence(error), status=HTTPStatus.CONFLICT)
    flash(gettext("Opgaven er færdig."), "success")
    return redirect(_next_page(task))


def _next_page(task: Any) -> str:
    """The next user task of the same case that this person can do; else the inbox."""
    if task.case_code:
        following = [row for row in flow().user_tasks.inbox(actor()) if row.case_code == task.case_code]
        if following:
            return url_for("cases.show", code=task.case_code)
    return url_for("inbox.mine")


def _page(
    task: Any,
    raw: dict[str, Any],
    *,
    errors: Any = None,
    refusal: Refused | None = None,
    conflict: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    page = (
        form_page.shown(task.form, raw, facts=task.facts, now=flow().clock.now(), errors=errors)
        if task.form
        else form_page.Page(())
    )
    deadlines = flow().deadlines.of_case(task.case_code) if task.case_code else []
    return (
        render_template(
            "user_task.html",
            task=task,
            page=page,
            refusal=refusal,
            conflict=conflict,
            deadlines=[row for row in deadlines if row.status in ("open", "breached")],
            now=flow().clock.now(),
        ),
        status,
    )

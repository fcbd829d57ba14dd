"""The page of a user task: its form, its draft, and what happens when it is sent."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_see_cases
from flowcase.cases.civil_time import local_date
from flowcase.errors import Conflict, FlowcaseError, InvalidValues, Refused
from flowcase.services.disclosure import without_withheld
from flowcase.services.user_task_moves import LONGEST_REASON
from flowcase.web import form_notes, form_page, form_sent
from flowcase.web.case_facts import notification_outcome, notifier
from flowcase.web.inbox import colleagues
from flowcase.web.language import gettext
from flowcase.web.presenting import instant, sentence
from flowcase.web.session import actor, flow

if TYPE_CHECKING:
    from flowcase.modeling.form import Form
    from flowcase.services.user_tasks import UserTask

blueprint = Blueprint("user_tasks", __name__, url_prefix="/opgaver")


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    task = flow().user_tasks.get(id, actor=actor())
    flow().reading_log.note(task.case_code, page="user_task", actor=actor(), user_task=id)
    draft = flow().user_tasks.draft(id, actor=actor()) if task.status == "open" else None
    if draft is not None:
        return _page(task, without_withheld(task.view, draft), is_draft=True)
    return _page(task, form_page.first_values(task.form, task.prefilled) if task.form else {})


@blueprint.post("/<id>/tag")
@login_required
def claim(id: str) -> Any:
    try:
        flow().user_tasks.claim(id, actor=actor())
    except Conflict:
        return _page(flow().user_tasks.get(id, actor=actor()), {}, status=HTTPStatus.CONFLICT)
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
    """Saved by itself while somebody types; answers with one line for the page."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = form_sent.raw_of(task.form, request.form, _dates()) if task.form else {}
    try:
        flow().user_tasks.save_draft(id, raw, actor=actor())
    except FlowcaseError as error:
        return gettext("Kladden er ikke gemt.") + " " + sentence(error), HTTPStatus.CONFLICT
    return gettext("Kladden er gemt {at}.").format(at=instant(flow().clock.now()))


@blueprint.post("/<id>")
@login_required
def send(id: str) -> Any:
    """Complete, save, or change the number of rows; whatever fails, the page comes back as it was typed."""
    if form_sent.only_shows(request.form) or "_gem" in request.form:
        return _shown_or_saved(id)
    try:
        done = flow().user_tasks.complete(id, _noted, actor=actor())
    except _Noted as noted:
        return _again(id, notes=noted.notes)
    except InvalidValues as error:
        return _again(id, errors=error.errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Refused as error:
        return _again(id, refusal=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict:
        return _again(id, status=HTTPStatus.CONFLICT)
    flash(gettext("Opgaven »{name}« er færdig.").format(name=done.name), "success")
    return redirect(_next_page(done.case_code))


class _Noted(Exception):
    """No error: it leaves the step undone until somebody has said yes."""

    def __init__(self, notes: form_notes.Notes) -> None:
        self.notes = notes


def _noted(form: Form | None) -> dict[str, Any]:
    """What was sent. Raises _Noted when there is something to confirm before it counts."""
    dates = _dates()
    raw = form_sent.completing(form, request.form, dates)
    notes = form_notes.notes_on(form, raw, dates.concluded, request.form)
    if notes:
        raise _Noted(notes)
    return raw


def _shown_or_saved(id: str) -> Any:
    """What completes nothing: the form again with a row more or less, or the draft kept."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = form_sent.raw_of(task.form, request.form, _dates()) if task.form else {}
    if task.status != "open" or not task.may_complete:
        return _page(task, raw, status=HTTPStatus.CONFLICT)
    if form_sent.only_shows(request.form):
        return _page(task, raw, focus=form_sent.changed_rows(raw, request.form))
    try:
        flow().user_tasks.save_draft(id, raw, actor=actor())
    except Conflict:
        return _again(id, status=HTTPStatus.CONFLICT)
    flash(gettext("Kladden er gemt."), "success")
    return redirect(url_for("user_tasks.show", id=id))


def _again(id: str, **said: Any) -> Any:
    """The page as things stand now, with what was typed; empty rows are gone, so that errors find theirs."""
    task = flow().user_tasks.get(id, actor=actor())
    return _page(task, form_sent.completing(task.form, request.form, _dates()), **said)


def _dates() -> form_sent.Dates:
    return form_sent.Dates(local_date(flow().clock.now()))


def _next_page(case: str | None) -> str:
    """What is next in the same case: the user task that follows for this person, else the case itself."""
    if case:
        following = flow().inboxes.offered(actor(), case=case)
        if following:
            return url_for("user_tasks.show", id=following[-1].id)
        if may_see_cases(actor()):
            return url_for("cases.show", code=case)
    return url_for("inbox.mine")


def _page(
    task: UserTask,
    raw: dict[str, Any],
    *,
    errors: Any = None,
    refusal: Refused | None = None,
    is_draft: bool = False,
    focus: str = "",
    notes: form_notes.Notes | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    page = form_page.Page(())
    if task.form and (task.row.status == "open" or raw):
        page = form_page.shown(
            task.form,
            raw,
            facts=task.facts,
            now=flow().clock.now(),
            known=task.prefilled,
            errors=errors,
            focus=focus,
            notes=notes,
        )
    concerns = None
    case = None if task.view.is_outside else task.row.case_code
    if task.panel == "underretninger" and case and task.row.status == "open":
        this = task.facts.get("underretning_id")
        concerns = flow().concerns.of_case(
            case, this=str(this) if this else None, decides=True, actor=actor()
        )
    # That a case has a deadline says what goes on in it: somebody from outside sees the task's own alone.
    deadlines = flow().deadlines.of_case(case) if case else []
    return (
        render_template(
            "user_task.html",
            task=task,
            page=page,
            is_open=task.row.status == "open" and task.may_complete,
            was_typed=request.method == "POST" and bool(raw),
            refusal=refusal,
            is_draft=is_draft,
            concerns=concerns,
            notifier=notifier,
            outcome=notification_outcome,
            deadlines=[row for row in deadlines if row.status in ("open", "breached")],
            colleagues=colleagues([task.row]),
            tomorrow=local_date(flow().clock.now()) + dt.timedelta(days=1),
            most_reason=LONGEST_REASON,
            now=flow().clock.now(),
        ),
        status,
    )

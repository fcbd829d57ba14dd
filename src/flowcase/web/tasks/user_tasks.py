"""The page of a user task: its form, its draft, and what happens when it is sent."""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_see_cases
from flowcase.cases.civil_time import local_date
from flowcase.errors import (
    Conflict,
    FlowcaseError,
    Forbidden,
    InvalidValues,
    Refused,
    SavedElsewhere,
)
from flowcase.services.case_files.disclosure import without_withheld
from flowcase.services.tasks.user_task_moves import LONGEST_REASON
from flowcase.values import Variables
from flowcase.web.drawing import address
from flowcase.web.forms import form_files, form_notes, form_page, form_sent
from flowcase.web.forms.typed_task import (
    ALREADY_TOLD,
    BEGUN,
    COMMENT,
    INSTEAD,
    begin,
    begun,
    read,
    read_dates,
)
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.signing_in import kept_typing
from flowcase.web.tasks import ended_deputyships
from flowcase.web.tasks.inbox import mentionable, offered_to
from flowcase.web.tasks.inbox_rows import priority
from flowcase.web.tasks.instances import picture_of
from flowcase.web.words import answers, meeting_words
from flowcase.web.words.case_facts import called, notification_outcome, notifier, shown_facts
from flowcase.web.words.next_steps import next_steps
from flowcase.web.words.presenting import instant, person, sentence
from flowcase.web.words.told import story_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from flowcase.modeling.form import Form
    from flowcase.services.case_files.documents import Document, Given
    from flowcase.services.staffing.absences import Absence
    from flowcase.services.tasks.presences import Here
    from flowcase.services.tasks.user_tasks import UserTask

blueprint = Blueprint("user_tasks", __name__, url_prefix="/opgaver")


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    flow().user_task_pages.look_ahead(id, actor=actor())
    try:
        task = flow().user_tasks.get(id, actor=actor())
    except Forbidden:
        others = flow().user_task_pages.in_a_case_of(id, actor=actor())
        if others is None:
            raise
        was_deputy = ended_deputyships.sentence()
        page = render_template("user_task_of_others.html", task=others, was_deputy=was_deputy)
        return page, HTTPStatus.FORBIDDEN
    draft = flow().user_tasks.draft(id, actor=actor())
    if (kept := kept_typing.shown_here()) is not None:
        raw = read(task, kept)
        focus = form_sent.added_row(raw, kept)  # asked for as the session ended
        shown, mark = without_withheld(task.view, raw), kept.get(BEGUN, "")
        return _page(task, shown, is_draft=draft is not None, focus=focus, mark=mark)
    mark = begin(draft)
    if draft is not None:
        return _page(task, without_withheld(task.view, draft), is_draft=True, mark=mark)
    chosen = form_page.chosen_in_address(task.form, request.args)
    first = form_page.first_values(task.form, {**chosen, **task.prefilled}) if task.form else {}
    return _page(task, first, mark=mark)


@blueprint.post("/<id>/kladde")
@login_required
def save_draft(id: str) -> Any:
    """Saved by itself while somebody types; answers with one line for the page."""
    task = flow().user_tasks.get(id, actor=actor())
    try:
        raw = read(task, request.form)
        flow().user_tasks.save_draft(id, raw, begun=begun(request.form), actor=actor())
    except SavedElsewhere:
        if request.form.get(ALREADY_TOLD):
            return "", HTTPStatus.NO_CONTENT  # it stands on the page: said again, it is read aloud again
        told = render_template("saved_elsewhere.html", task=task, instead=INSTEAD)
        return f'{told}<input type="hidden" name="{ALREADY_TOLD}" value="1">', HTTPStatus.CONFLICT
    except FlowcaseError as error:
        return gettext("Kladden er ikke gemt.") + " " + sentence(error), HTTPStatus.CONFLICT
    saved = gettext("Kladden er gemt {at}.").format(at=instant(flow().clock.now()))
    return " ".join(filter(None, (saved, _taken_over(task))))


@blueprint.post("/<id>/kladde/slet")
@login_required
def forget_draft(id: str) -> Any:
    flow().user_tasks.get(id, actor=actor())
    flow().user_tasks.forget_draft(id, actor=actor())
    flash(gettext("Kladden er slettet."), "info")
    return redirect(url_for("user_tasks.show", id=id))


@blueprint.errorhandler(SavedElsewhere)
def _saved_elsewhere(_: SavedElsewhere) -> Any:
    """Nothing was done: the page as it was typed, with what there is to choose."""
    id = str((request.view_args or {})["id"])
    return page_again(id, is_saved_elsewhere=True, status=HTTPStatus.CONFLICT)


def _taken_over(task: UserTask) -> str:
    """That what is typed can no longer be completed, and by whom it was taken or done."""
    if task.row.status == "completed":
        said = gettext("Opgaven er imens gjort færdig af {who}. Din kladde er gemt, så du kan kopiere.")
        return said.format(who=person(task.row.ended_by))
    if task.row.status == "open" and not task.may_complete and task.row.assignee:
        said = gettext("Opgaven er imens taget af {who}. Din kladde er gemt, så du kan kopiere.")
        return said.format(who=person(task.row.assignee))
    return ""


@blueprint.post("/<id>")
@login_required
def send(id: str) -> Any:
    """Complete, save, or change the number of rows; whatever fails, the page comes back as it was typed."""
    problems = _receive_files(id)
    completes = not (form_sent.only_shows(request.form) or {"_gem", "_giv_tilbage"} & request.form.keys())
    if problems and not completes:
        return page_again(id, errors=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if form_sent.only_shows(request.form) or "_gem" in request.form:
        return _shown_or_saved(id)
    if not completes:
        return _given_back(id)
    try:
        if problems:
            _look_for_more(id)
            return page_again(id, errors=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        done = flow().user_tasks.complete(
            id, _noted, begun=begun(request.form), look_again=form_notes.look_again, actor=actor()
        )
    except form_notes.Noted as noted:
        _keep_unfinished(id)
        return page_again(id, notes=_with_warnings(id, noted.notes))
    except InvalidValues as error:
        _keep_unfinished(id)
        # Of a field whose file was not taken that is what is wrong, not that it is empty.
        wrong = {**error.errors, **problems}
        return page_again(id, errors=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Refused as error:
        _keep_unfinished(id)
        against: dict[str, Sequence[str]] = {**error.fields, **problems}
        return page_again(id, refusal=error, errors=against, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict:
        return page_again(id, status=HTTPStatus.CONFLICT)
    flash(gettext("Opgaven »{name}« er færdig.").format(name=done.name), "success")
    return redirect(_next_page(done.case_code))


def _keep_unfinished(id: str) -> None:
    """Save as the draft what could not be completed yet: who is called away finds it again.

    The page saves by itself only some time after a key, and a button may be pressed before that.
    """
    task = flow().user_tasks.get(id, actor=actor())
    with contextlib.suppress(Conflict, Forbidden):  # saved elsewhere, or taken: told when it is sent again
        flow().user_tasks.save_draft(id, read(task, _sent()), begun=begun(request.form), actor=actor())


def _look_for_more(id: str) -> None:
    """Raise what completing would meet beside a file that was not taken; nothing is done."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = form_sent.completing(task.form, _sent(), read_dates())
    flow().user_tasks.rehearse(id, raw, actor=actor())


def _with_warnings(id: str, notes: form_notes.Notes) -> form_notes.Notes:
    """The same with what tables warn of, where that can be told yet: so all of it is looked at in one go."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = form_sent.completing(task.form, _sent(), read_dates())
    try:
        hits = flow().user_tasks.rehearse(id, raw, actor=actor()).warnings
    except (Conflict, InvalidValues, Refused):  # told when the button is pressed again
        return notes
    return form_notes.with_warnings(notes, hits, request.form)


def _noted(form: Form | None, facts: Variables) -> dict[str, Any]:
    """What was sent. Raises Noted when there is something to confirm before it counts."""
    dates = read_dates()
    raw = form_sent.completing(form, _sent(), dates)
    notes = form_notes.notes_on(form, raw, dates.concluded, request.form, facts=facts, now=flow().clock.now())
    notes = form_notes.with_unsaved_comment(notes, COMMENT, request.form)
    if notes:
        raise form_notes.Noted(notes)
    return raw


def _shown_or_saved(id: str) -> Any:
    """What completes nothing: the form again with a row more or less, or the draft kept."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = read(task, _sent())
    if task.status != "open" or not task.may_complete:
        return _page(task, raw, status=HTTPStatus.CONFLICT)
    if form_sent.only_shows(request.form):
        return _page(task, raw, focus=form_sent.changed_rows(raw, request.form))
    try:
        flow().user_tasks.save_draft(id, raw, begun=begun(request.form), actor=actor())
    except Conflict:
        return page_again(id, status=HTTPStatus.CONFLICT)
    flash(gettext("Kladden er gemt."), "success")
    return redirect(url_for("user_tasks.show", id=id))


def _given_back(id: str) -> Any:
    """A delegate is done: what was typed goes back with the user task, as the owner's draft."""
    task = flow().user_tasks.get(id, actor=actor())
    raw = read(task, _sent())
    try:
        if raw:
            flow().user_tasks.save_draft(id, raw, begun=begun(request.form), actor=actor())
        flow().delegations.give_back(id, actor=actor())
    except (Conflict, Forbidden):  # taken back or done meanwhile: the page says by whom
        return _page(flow().user_tasks.get(id, actor=actor()), raw, status=HTTPStatus.CONFLICT)
    flash(gettext("Opgaven er givet tilbage med det, du skrev."), "success")
    return redirect(url_for("inbox.mine"))


def page_again(id: str, **said: Any) -> Any:
    """The page as things stand now, with what was typed; empty rows are gone, so that errors find theirs."""
    task = flow().user_tasks.get(id, actor=actor())
    return _page(task, form_sent.completing(task.form, _sent(), read_dates()), **said)


def keep_typed(id: str, *, with_comment: bool = True) -> dict[str, list[str]]:
    """Save as the draft what a button beside the form sent with it; by field, why a file was not taken.

    Nothing is saved where nothing was typed, and where the user task is not theirs to work on. Raises
    SavedElsewhere before anything is done.
    """
    problems = _receive_files(id)
    task = flow().user_tasks.get(id, actor=actor())
    if task.status != "open":
        return problems
    raw = read(task, _sent())
    if not with_comment:
        raw.pop(COMMENT, None)
    shown = flow().user_tasks.draft(id, actor=actor())
    if shown is None and task.form:
        shown = form_page.first_values(task.form, task.prefilled)
    if form_sent.differs(raw, shown or {}):
        try:
            flow().user_tasks.save_draft(id, raw, begun=begun(request.form), actor=actor())
        except (Conflict, Forbidden):  # ended or taken meanwhile: the page says so and shows what was typed
            return problems
    return problems


def _receive_files(id: str) -> dict[str, list[str]]:
    """Keep the files that came along before anything else is looked at; by field, why one was not taken."""
    if not form_files.are_sent():
        return {}
    task = flow().user_tasks.get(id, actor=actor())
    if task.form is None or task.row.status != "open" or not task.may_complete:
        return {}
    g.sent, problems = form_files.received(task.form, request.form, _keep(id))
    return problems


def _sent() -> MultiDict[str, str]:
    """What was sent, with the files that were kept named in their fields."""
    found: MultiDict[str, str] = g.get("sent") or request.form
    return found


def _keep(id: str) -> form_files.Keep:
    def keep(file: Given, target: str, data_class: str) -> str:
        documents = flow().documents
        return documents.add_to_user_task(id, file, target=target, data_class=data_class, actor=actor())

    return keep


def _next_page(case: str | None) -> str:
    """What is next in the same case: the user task that follows for this person, else the case itself."""
    if case:
        following = flow().inboxes.offered(actor(), case=case)
        if following:
            return address("user_tasks.show", id=following[-1].id)
        if may_see_cases(actor()):
            return address("cases.show", code=case)
    return address("inbox.mine")


def _page(
    task: UserTask,
    raw: dict[str, Any],
    *,
    errors: Any = None,
    refusal: Refused | None = None,
    is_draft: bool = False,
    focus: str = "",
    notes: form_notes.Notes | None = None,
    comment: str = "",
    moving: str = "",
    noted: str = "",
    mark: str | None = None,
    is_saved_elsewhere: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    """`mark` says where the page began from: a form that comes back stays the page that it was.

    `comment` and `moving` say what is wrong beside the form, `noted` which text there is warned of.

    Each time it is shown is a look at the case, also when it comes back with what was sent.
    """
    flow().reading_log.note(task.of_case, page="user_task", actor=actor(), user_task=task.id)
    if noted:
        notes = form_notes.also_seen(noted, request.form)
    typed_comment = request.form.get(COMMENT, "") or raw.get(COMMENT, "")
    page = form_page.Page((), notes=notes if notes is not None else form_notes.NOTHING_NOTED)
    if task.form and (task.row.status == "open" or raw):
        page = form_page.shown(
            task.form,
            raw,
            facts=task.facts,
            now=flow().clock.now(),
            known=task.prefilled,
            first=form_page.first_values(task.form, task.prefilled),
            labels=flow().deployments.option_labels(),
            errors=errors,
            focus=focus,
            notes=notes,
            files=_files(task, raw),
        )
    concerns = None
    case = None if task.view.is_outside else task.row.case_code
    if task.panel == "underretninger" and case and task.row.status == "open":
        this = task.facts.get("underretning_id")
        concerns = flow().concerns.of_case(
            case, this=str(this) if this else None, decides=True, actor=actor()
        )
    known_facts, child = _beside(task, case)
    # That a case has a deadline says what goes on in it: somebody from outside sees the task's own alone.
    deadlines = flow().deadlines.of_case(case) if case else []
    return (
        render_template(
            "user_task.html",
            task=task,
            which_meeting=task.which_meeting and meeting_words.which(task.which_meeting),
            page=page,
            is_open=task.row.status == "open" and task.may_complete,
            standing_in=_standing_in(task),
            was_typed=bool(raw) and (request.method == "POST" or kept_typing.shown_here() is not None),
            moving_problem=moving,
            moving_typed={name[1:]: said for name, said in request.form.items() if name.startswith("_")},
            noted=noted.removeprefix("_"),
            refusal=refusal,
            is_draft=is_draft,
            begun_name=BEGUN,
            mark=request.form.get(BEGUN, "") if mark is None else mark,
            is_saved_elsewhere=is_saved_elsewhere,
            instead=INSTEAD,
            concerns=concerns,
            notifier=notifier,
            outcome=notification_outcome,
            deadlines=[row for row in deadlines if row.status in ("open", "breached")],
            **offered_to([task.row]),
            most_reason=LONGEST_REASON,
            priority=priority,
            now=flow().clock.now(),
            known_facts=known_facts,
            child=child,
            next_steps=next_steps(task) if task.row.status == "open" and task.may_complete else None,
            earlier=flow().user_tasks.earlier(task, actor=actor()) if task.row.status == "open" else [],
            said_answer=answers.said,
            done_by_other=_done_by_other(task),
            presence=_presence(task),
            documents=_documents(task),
            comments=flow().comments.of_case(case, user_task=task.row.id, actor=actor()) if case else [],
            comment_address=url_for("user_tasks.comment", id=task.row.id),
            may_comment=bool(case),
            comment_name=COMMENT,
            comment_problem=comment,
            comment_noted=noted == COMMENT,
            comment_typed=typed_comment,
            mentionable=mentionable(case, task.row) if case else [],
            **_diagram(task),
        ),
        status,
    )


def _standing_in(task: UserTask) -> Absence | None:
    """For whom the reader does it as their deputy, and until when."""
    row = task.row
    if row.status != "open" or row.case_code is None or row.assignee in (None, actor().id):
        return None
    return flow().absences.stood_in_for(str(row.owner or row.assignee), row.case_code, actor=actor())


def _presence(task: UserTask) -> Here | None:
    if task.row.status != "open":
        return None
    return flow().presences.note(
        task.row.id, just_read=task.row, is_suspended=task.is_suspended, actor=actor()
    )


def _documents(task: UserTask) -> list[Document]:
    case = task.row.case_code
    if not case or not may_see_cases(actor()):
        return []
    return flow().documents.of_case(case, user_task=task.row.id, actor=actor())


def _files(task: UserTask, raw: dict[str, Any]) -> dict[str, form_files.Attached]:
    ids = [*form_files.ids_in(task.form, raw), *form_files.ids_in(task.form, task.prefilled)]
    if not ids:
        return {}
    return form_files.attached(flow().documents.named(ids, user_task=task.row.id), user_task=task.row.id)


def _beside(task: UserTask, case: str | None) -> tuple[list[tuple[str, str]], str]:
    """The open facts of the case, and whom it is about by name and age, for who may know them.

    A code alone tells nobody with twenty cases which child it is.
    """
    if case is None:
        return [], ""
    known, child = flow().case_pictures.beside(task.row, case=case, actor=actor())
    name = called(child, local_date(flow().clock.now())) if child is not None and child["navn"] else ""
    return ([] if known is None else shown_facts(known)), name


def _done_by_other(task: UserTask) -> list[str]:
    """What the history tells of the moment in which somebody else completed it."""
    row = task.row
    if row.status != "completed" or row.ended_by == actor().id or not row.case_code:
        return []
    try:
        story = story_of(row.case_code)
    except FlowcaseError:
        return []
    return [told.text for told in story if told.at == row.ended_at]


def _diagram(task: UserTask) -> dict[str, Any]:
    """The picture with "you are here", and the same in words; for whom diagrams are shown."""
    if not may_see_cases(actor()) or task.row.status != "open":
        return {"drawing": None, "walked": [], "here": []}
    instance = flow().instances.get(task.row.instance, actor=actor())
    source = flow().instances.source(task.row.instance, actor=actor())
    return {
        **picture_of(instance, source),
        "flow_name": instance.name,
    }

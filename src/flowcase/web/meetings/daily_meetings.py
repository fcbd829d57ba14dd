"""Frontens dagsmøde on one screen: the item at hand, the agenda with what was noted, and closing it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, FlowcaseError, InvalidValues, NotFound, Refused
from flowcase.services.forms.form_sentences import REQUIRED
from flowcase.services.meetings.daily_agenda import CARRIED, Item, Meeting
from flowcase.services.meetings.daily_meetings import OUTCOME, REASON
from flowcase.services.meetings.daily_records import FUNCTIONS
from flowcase.web import pdf
from flowcase.web.forms import form_page, form_sent
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow
from flowcase.web.words import meeting_words
from flowcase.web.words.case_facts import area, notifier
from flowcase.web.words.case_words import board_columns
from flowcase.web.words.presenting import clock, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowcase.modeling.form import Field, Form
    from flowcase.services.tasks.user_tasks import UserTask

blueprint = Blueprint("daily_meetings", __name__, url_prefix="/moeder/dagsmoede")

LETTER = "key."  # property of a field: the key that chooses the option of that name
MOST_REASON = 2000


@blueprint.get("")
@login_required
def newest() -> Any:
    """To the meeting that is open, or to the minutes of the one before."""
    id = flow().daily_meetings.newest(actor())
    if id is None:
        return render_template("daily_meeting_none.html", opens_at=flow().daily_meetings.next_opens_at())
    return redirect(url_for("daily_meetings.show", id=id))


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    meeting = flow().daily_meetings.get(id, actor=actor())
    return _page(meeting, request.args.get("punkt"), request.args.get("udfald", ""))


@blueprint.get("/<id>/tilstand")
@login_required
def state(id: str) -> Any:
    """What the others in the meeting have done meanwhile, for the page to fetch by itself: codes only."""
    meeting = flow().daily_meetings.get(id, actor=actor())
    shown, seen = meeting.item(request.args.get("punkt")), request.args.get("set", type=int)
    changed = shown is not None and seen is not None and shown.version != seen
    minutes = flow().daily_meetings.minutes(id, actor=actor())
    moved = request.args.get("status") != _where(meeting)
    return render_template(
        "daily_meeting_state.html", **_shared(meeting, shown, minutes), changed=changed, moved=moved
    )


@blueprint.get("/<id>/referat.pdf")
@login_required
def document(id: str) -> Any:
    """The minutes so far, or of a meeting that is over, to keep; for who has a part in it."""
    meeting = flow().daily_meetings.get(id, actor=actor())
    minutes = flow().daily_meetings.minutes(id, actor=actor())
    for case in dict.fromkeys(each.item.case for each in minutes):
        flow().reading_log.note(case, page="meeting", actor=actor())
    return pdf.response(
        "daily_meeting_pdf.html",
        name=meeting_words.file_name("referat", "dagsmoede", meeting.day),
        now=flow().clock.now(),
        reader=actor().id,
        **_shared(meeting, None, minutes),
    )


@blueprint.post("/<id>/fremmoede")
@login_required
def begin(id: str) -> Any:
    meeting = flow().daily_meetings.get(id, actor=actor())
    task = _task(meeting.attendance_task) if meeting.may_begin else None
    raw = form_sent.raw_of(task.form, request.form) if task and task.form else {}
    try:
        flow().daily_meetings.begin(id, raw, actor=actor())
    except InvalidValues as error:
        told = {name: _of_function(name, said) for name, said in error.errors.items()}
        return _page(meeting, None, "", raw=raw, errors=told), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as error:
        return _page(meeting, None, "", raw=raw, refusal=error), HTTPStatus.UNPROCESSABLE_ENTITY
    except Conflict:
        flash(gettext("En anden har allerede begyndt mødet."), "info")
    return redirect(url_for("daily_meetings.show", id=id))


@blueprint.post("/<id>/leder")
@login_required
def take_chair(id: str) -> Any:
    flow().daily_meetings.take_chair(id, actor=actor())
    flash(gettext("Du leder nu mødet."), "success")
    return redirect(url_for("daily_meetings.show", id=id, punkt=request.form.get("punkt") or None))


@blueprint.post("/<id>/punkter/<item>")
@login_required
def note(id: str, item: str) -> Any:
    """Note the decision on an item and go on to the next one that waits."""
    meeting = flow().daily_meetings.get(id, actor=actor())
    found = meeting.item(item)
    if found is None:
        raise NotFound("agenda item", item)
    task = _task(found.task)
    raw = form_sent.raw_of(task.form, request.form) if task and task.form else {}
    outcome = str(raw.get(OUTCOME) or "")
    try:
        flow().daily_meetings.note(
            id,
            item,
            raw,
            seen=request.form.get("set", -1, type=int),
            also=request.form.getlist("ogsaa"),
            actor=actor(),
        )
    except InvalidValues as error:
        page = _page(meeting, item, outcome, raw=raw, errors=error.errors)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as error:
        return _page(meeting, item, outcome, raw=raw, refusal=error), HTTPStatus.UNPROCESSABLE_ENTITY
    except Conflict:
        meeting = flow().daily_meetings.get(id, actor=actor())
        return _page(meeting, item, outcome, raw=raw, is_late=True), HTTPStatus.CONFLICT
    meeting = flow().daily_meetings.get(id, actor=actor())
    following = _following(meeting, found)
    return redirect(
        url_for("daily_meetings.show", id=id, punkt=following.id if following else None, noteret=item)
    )


@blueprint.post("/<id>/punkter/<item>/fortryd")
@login_required
def undo(id: str, item: str) -> Any:
    try:
        flow().daily_meetings.undo(id, item, actor=actor())
    except Conflict:
        flash(gettext("Beslutningen er trådt i kraft og kan ikke fortrydes her."), "error")
    else:
        flash(gettext("Beslutningen er taget tilbage. Punktet venter igen."), "success")
    return redirect(url_for("daily_meetings.show", id=id, punkt=item))


@blueprint.post("/<id>/luk")
@login_required
def close(id: str) -> Any:
    """Put into effect what was noted; what a rule refuses is told at its item and stays open."""
    because = request.form.get(REASON, "").strip()
    meeting = flow().daily_meetings.get(id, actor=actor())
    if meeting.is_open and meeting.has_begun and meeting.waiting and not because:
        problem = gettext("Skriv, hvorfor de punkter, der ikke er afgjort, udsættes.")
        return _page(meeting, None, "", problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        closing = flow().daily_meetings.close(id, carry_because=because[:MOST_REASON], actor=actor())
    except Conflict:
        problem = gettext("Kun mødelederen lukker mødet. Overtag ledelsen, hvis du leder det nu.")
        if not meeting.has_begun:
            problem = gettext("Mødet er ikke begyndt. Registrér først, hvem der er med.")
        elif not meeting.is_open:
            problem = gettext("Mødet er lukket. Beslutningerne står i referatet.")
        return _page(meeting, None, "", problem=problem), HTTPStatus.CONFLICT
    if closing.refused:
        meeting = flow().daily_meetings.get(id, actor=actor())
        return _page(meeting, next(iter(closing.refused)), "", refused=closing.refused), (
            HTTPStatus.UNPROCESSABLE_ENTITY
        )
    flash(gettext("Mødet er lukket, og beslutningerne er trådt i kraft."), "success")
    return redirect(url_for("daily_meetings.show", id=id))


# --- the page --------------------------------------------------------------------------------------


def _page(
    meeting: Meeting,
    chosen: str | None,
    outcome: str,
    *,
    raw: dict[str, Any] | None = None,
    errors: Any = None,
    refusal: Refused | None = None,
    refused: dict[str, FlowcaseError] | None = None,
    is_late: bool = False,
    problem: str = "",
) -> str:
    """`raw` is what was typed; whatever stands against it, it comes back."""
    meetings = flow().daily_meetings
    item = meeting.item(chosen) or next((each for each in meeting.items if each.is_waiting), None)
    minutes = meetings.minutes(meeting.id, actor=actor())
    if not meeting.is_open:  # whoever reads the words of a meeting that is over looks at its cases
        for case in {each.item.case for each in minutes}:
            flow().reading_log.note(case, page="meeting", actor=actor())
    shared = _shared(meeting, item, minutes)
    page, task = form_page.Page(()), None
    if meeting.attendance_task and meeting.may_begin:
        task = _task(meeting.attendance_task)
        values = meetings.attendance_proposed(meeting.id, actor=actor()) if raw is None else {}
        page = _form(task, form_page.as_typed(values) if raw is None else raw, errors)
    elif meeting.has_begun and item and item.task:
        task = _task(item.task)
        if not outcome and item.outcome and raw is None:
            outcome = item.outcome
        if outcome and outcome in {code for code, _, _ in _options(task.form if task else None)}:
            if raw is None:
                proposed = meetings.proposed(meeting.id, item.id, outcome, actor=actor())
                raw = form_page.as_typed(proposed)
            page = _form(task, raw, errors)
        else:
            outcome = ""
    fields = tuple(each for each in page.fields if each.name != OUTCOME and each.asked.type != "display")
    before, after = _neighbours(meeting, item)
    noted = meeting.item(request.args.get("noteret"))
    return render_template(
        "daily_meeting.html",
        **shared,
        options=_options(task.form if task and not meeting.attendance_task else None),
        outcome=outcome,
        essence=meetings.essence(meeting.id, item.id, actor=actor()) if item and item.task else None,
        page=page,
        fields_shown=fields,
        first_empty=next((each for each in fields if each.required and not each.value), None),
        family=[each for each in meeting.family_of(item) if each.is_waiting] if item else [],
        also=set(request.form.getlist("ogsaa")) if request.method == "POST" else set(),
        before=before,
        after=after,
        just_noted=noted if noted and noted.is_noted else None,
        warned={
            each.id: meetings.warnings(meeting.id, each.id, actor=actor())
            for each in (noted, item)
            if each and each.is_noted
        },
        refusal=refusal,
        refused=refused or {},
        sentence=sentence,
        is_late=is_late,
        problem=problem,
        opens_at=None if meeting.is_open else flow().daily_meetings.next_opens_at(),
        because=request.form.get(REASON, "") if request.method == "POST" else "",
        most_reason=MOST_REASON,
        notifier=notifier,
        board_columns=board_columns,
    )


def _shared(meeting: Meeting, item: Item | None, minutes: Any) -> dict[str, Any]:
    """What the page and its live part both show."""
    some = next((each for each in meeting.items if each.task), None)
    task = _task(some.task) if some else None
    words = {code: said for code, said, _ in _options(task.form if task else _decision_form())}
    return {
        "meeting": meeting,
        "item": item,
        "minutes": minutes,
        "words": words,
        "carried": CARRIED,
        "functions": _functions(),
        "missing": flow().daily_meetings.attendance_warnings(meeting.id, actor=actor()),
        "is_chair": meeting.chair == actor().id,
        "where": _where(meeting),
        "area": area,
        "clock": clock,
    }


def _where(meeting: Meeting) -> str:
    """How far the meeting is, in one word that changes with it."""
    return f"{meeting.status}-{int(meeting.has_begun)}"


def _decision_form() -> Form:
    return flow().daily_meetings.decision_form()


def _functions() -> list[tuple[str, str]]:
    words = (gettext("Frontpersonale"), gettext("Forebyggende socialrådgiver"), gettext("Familieteam"))
    return list(zip(FUNCTIONS, words, strict=True))


def _of_function(name: str, said: Sequence[str]) -> Sequence[str]:
    """What is wrong with a field of the attendance; of a function that nobody fills, what to do."""
    function = dict(_functions()).get(name)
    if function is None:
        return said
    words = gettext("{function} mangler. Vælg, hvem der er med, eller skriv stedfortræderen nedenfor.")
    return [words.format(function=function) if each == REQUIRED else each for each in said]


def _task(id: str | None) -> UserTask | None:
    return flow().user_tasks.get(id, actor=actor()) if id else None


def _form(task: UserTask | None, raw: dict[str, Any], errors: Any) -> form_page.Page:
    if task is None or task.form is None:
        return form_page.Page(())
    return form_page.shown(
        task.form, raw, facts=task.facts, now=flow().clock.now(), known=task.prefilled, errors=errors
    )


def _options(form: Form | None) -> list[tuple[str, str, str]]:
    """(code, words, key) of every outcome, as the form of the decision draws them."""
    asked: Field | None = next((each for each in form.fields if each.key == OUTCOME), None) if form else None
    if asked is None:
        return []
    return [
        (
            str(option.value),
            asked.option_label(option, current()),
            asked.properties.get(f"{LETTER}{option.value}", ""),
        )
        for option in asked.options
    ]


def _following(meeting: Meeting, item: Item) -> Item | None:
    """The next item that waits, after this one or from the top."""
    waiting = [each for each in meeting.items if each.is_waiting]
    return next((each for each in waiting if each.number > item.number), waiting[0] if waiting else None)


def _neighbours(meeting: Meeting, item: Item | None) -> tuple[Item | None, Item | None]:
    if item is None:
        last = meeting.items[-1] if meeting.items else None
        return last, None
    place = meeting.items.index(item)
    before = meeting.items[place - 1] if place else None
    after = meeting.items[place + 1] if place + 1 < len(meeting.items) else None
    return before, after

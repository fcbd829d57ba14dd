"""Sagen: facts, deadlines with their reasons, open user tasks, diagrams, and the story so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_add_documents, may_open_in_emergency, may_see_cases
from flowcase.cases.civil_time import local_date
from flowcase.errors import Forbidden, InvalidValues
from flowcase.history.short_story import shortened
from flowcase.services.casework.case_facts import DEADLINE_PROCESS
from flowcase.web.cases.flows import purpose
from flowcase.web.cases.story_folding import folded, moments_of, unfolded
from flowcase.web.forms.api_pages import place_in_words
from flowcase.web.forms.form_notes import is_to_be_warned
from flowcase.web.language import gettext
from flowcase.web.pictures.ladder_drawing import drawing
from flowcase.web.pictures.timeline_drawing import timeline
from flowcase.web.session import actor, flow
from flowcase.web.tasks.inbox import mentionable
from flowcase.web.words import between_people, case_words
from flowcase.web.words.case_facts import called, notification_outcome, notifier, shown_facts, status
from flowcase.web.words.presenting import date, deadline_name, person, value
from flowcase.web.words.suspension_words import said
from flowcase.web.words.told import story_of

if TYPE_CHECKING:
    from flowcase.services.case_files.case_pictures import Item, Picture
    from flowcase.services.case_files.cases import Case
    from flowcase.services.case_files.deadlines import Deadline
    from flowcase.store.queries.user_tasks import UserTaskRow

blueprint = Blueprint("cases", __name__, url_prefix="/sager")

PAGE = 50
ASSESSED = "vurderet"  # status of a case whose notification is assessed, and not decided on yet
MOMENTS = 12  # of the story that a case page shows at first; years of it are a click away
MOMENTS_AT_FIRST = 5  # of those, what stands there unfolded


@blueprint.get("")
@login_required
def index() -> Any:
    """The reader's own, what is due first on top; `kode` looks for a part of the code among all.

    With `alle`, and for who has none of their own, all of them, newest first.
    """
    if not may_see_cases(actor()):
        raise Forbidden("see the cases", "their work is not theirs")
    asked = request.args.get("kode", "").strip()
    is_all = request.args.get("alle") == "1"
    after = place_in_words(request.args.get("efter", ""))
    if not asked and not is_all and after is None:
        own_after = _own_place(request.args.get("mine", ""))
        own, own_following = flow().own_cases.page(actor(), after=own_after, limit=PAGE)
        if own or own_after is not None:
            return render_template(
                "own_cases.html",
                rows=own,
                status=status,
                now=flow().clock.now(),
                is_later=own_after is not None,
                following=_token(own_following),
            )
    rows, following = flow().cases.page(actor=actor(), code_part=asked or None, after=after, limit=PAGE)
    if asked:
        flow().reading_log.note_search(asked, [row.code for row in rows], page="cases", actor=actor())
    return render_template(
        "cases.html",
        rows=rows,
        status=status,
        asked=asked,
        is_all=is_all,
        is_later=after is not None,
        following=_token(following),
    )


def _token(place: tuple[dt.datetime | None, str] | None) -> str:
    if place is None:
        return ""
    at, code = place
    return f"{at.isoformat() if at else ''}~{code}"


def _own_place(token: str) -> tuple[dt.datetime | None, str] | None:
    """As `place_in_words`; without an instant, among those that have no deadline."""
    moment, _, code = token.partition("~")
    return (None, code) if code and not moment and "\0" not in code else place_in_words(token)


@blueprint.get("/<code>")
@login_required
def show(code: str) -> Any:
    return _page(code)


def _page(code: str, *, problem: str = "", comment_noted: bool = False) -> Any:
    flow().case_pages.look_ahead(code, actor=actor())
    case = flow().cases.get(code, actor=actor())
    if case.erased_at is not None:
        return render_template("case_erased.html", case=case, facts=shown_facts(case))
    flow().reading_log.note(code, page="case", actor=actor())
    everything = request.args.get("alt") == "1"
    whole = everything or request.args.get("hele") == "1"
    told = story_of(code, everything=everything)
    shown = told if whole else shortened(told)
    moments = moments_of(shown)
    story = unfolded(moments) if everything else folded(moments)
    deadlines = flow().deadlines.of_case(code)
    names = {row.process: row.name for row in flow().deployments.definitions()}
    overview = flow().case_overviews.of_case(code, actor=actor())
    instances = flow().instances.list(case=code, limit=None)
    picture = flow().case_pictures.of_case(code, actor=actor())
    user_tasks = _due_first(flow().user_tasks.list(case=code))
    startable = flow().startable_flows.list(case=code, actor=actor())
    now = flow().clock.now()
    return render_template(
        "case.html",
        said=said,
        case=case,
        facts=shown_facts(case),
        running=[row for row in deadlines if row.status in ("open", "breached")],
        done=[row for row in deadlines if row.status not in ("open", "breached")],
        user_tasks=user_tasks,
        daily_meeting_at=flow().daily_meetings.next_opens_at() if case.status == ASSESSED else None,
        picture=picture,
        words=case_words,
        line=timeline(deadlines, now),
        glance=_glance(case, deadlines, user_tasks, picture.child, local_date(now)),
        jumps=_jumps(picture, may_start=bool(startable)),
        documents=flow().documents.of_case(code, actor=actor()),
        may_add_documents=case.closed_at is None and may_add_documents(actor()),
        comments=flow().comments.of_case(code, actor=actor()),
        may_comment=picture.is_close,
        may_open_in_emergency=not picture.is_close and may_open_in_emergency(actor()),
        comment_address=url_for("cases.comment", code=code),
        comment_problem=problem,
        comment_noted=comment_noted,
        comment_typed=request.form.get("kommentar", "") if problem or comment_noted else "",
        mentionable=mentionable(code) if picture.is_close else [],
        mine={row.id for row in flow().inboxes.offered(actor(), case=code)},
        # What watches over each deadline is told by the deadline itself.
        instances=[row for row in instances if row.process != DEADLINE_PROCESS and row.ended_at is None],
        ended=[row for row in instances if row.process != DEADLINE_PROCESS and row.ended_at is not None],
        names=names,
        may_move_rule_set=case.closed_at is None and flow().rule_set_moves.may_move(code, actor=actor()),
        overview=overview,
        ladder=drawing(overview, local_date(now)),
        between_status=between_people.status,
        consent_purpose=between_people.consent_purpose,
        meeting_kind=between_people.meeting_kind,
        concerns=flow().concerns.of_case(code, actor=actor()),
        notifier=notifier,
        outcome=notification_outcome,
        startable=startable,
        may_withdraw=between_people.withdrawal(startable),
        purpose=purpose,
        story=story if whole else story[:MOMENTS],
        left_out=len(shown) < len(told) or (not whole and len(story) > MOMENTS),
        moments_at_first=len(story) if whole else MOMENTS_AT_FIRST,
        whole=whole,
        everything=everything,
        now=now,
    )


@blueprint.post("/<code>/kommentar")
@login_required
def comment(code: str) -> Any:
    text = request.form.get("kommentar", "")
    if is_to_be_warned("kommentar", text, request.form):
        return _page(code, comment_noted=True)
    try:
        flow().comments.add(text, case=code, actor=actor())
    except InvalidValues as error:
        problem = gettext(error.errors["kommentar"][0])
        return _page(code, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("cases.show", code=code) + "#kommentarer", HTTPStatus.SEE_OTHER)


def _due_first(user_tasks: Sequence[UserTaskRow]) -> list[UserTaskRow]:
    """Those without a due date last; equal ones as they were made."""
    return sorted(user_tasks, key=lambda task: (task.due_at is None, task.due_at or task.created_at))


def _glance(
    case: Case,
    deadlines: Sequence[Deadline],
    user_tasks: Sequence[UserTaskRow],
    child: Item | None,
    today: dt.date,
) -> list[tuple[str, str]]:
    """What a new colleague wants to know first."""
    said = [(gettext("Barnet"), called(child, today))] if child is not None and child["navn"] else []
    said += [
        (gettext("Status"), status(case.status)),
        (gettext("Rådgiver"), person(case.caseworker) or gettext("Ikke tildelt")),
        (gettext("Åbne opgaver"), str(len(user_tasks))),
    ]
    running = [row for row in deadlines if row.status in ("open", "breached")]
    if running:
        first = min(running, key=lambda row: row.due_at)
        said.append((gettext("Næste frist"), f"{date(first.due_at)} {deadline_name(first.rule)}".strip()))
        late = sum(row.status == "breached" for row in running)
        if late:
            said.append((gettext("Overskredne frister"), str(late)))
    if case.facts.get("trin"):
        said.append((gettext("Trin på indsatstrappen"), value(case.facts["trin"])))
    return said


def _jumps(picture: Picture, *, may_start: bool) -> list[tuple[str, str]]:
    """Links to the sections, in the order of the page."""
    every = (
        ("opgaver", gettext("Opgaver"), True),
        ("frister", gettext("Frister"), True),
        ("tavle", gettext("Tavle"), bool(picture.boards)),
        ("plan", gettext("Planen"), bool(picture.plans or picture.goals)),
        ("foranstaltninger", gettext("Foranstaltninger"), bool(picture.measures)),
        ("kontrakter", gettext("Kontrakter"), bool(picture.contracts)),
        ("historie", gettext("Historie"), True),
        ("familie", gettext("Familien"), bool(picture.child or picture.family)),
        ("alle-samtykker", gettext("Samtykker"), bool(picture.consents or picture.to_measures)),
        ("moeder", gettext("Møder"), bool(picture.meetings)),
        ("aftaler", gettext("Aftaler"), bool(picture.agreements)),
        ("dokumenter", gettext("Dokumenter"), True),
        ("kommentarer", gettext("Kommentarer"), picture.is_close),
        ("forloeb", gettext("Forløb"), True),
        ("nyt-forloeb", gettext("Start et forløb"), may_start),
    )
    return [(id, words) for id, words, is_there in every if is_there]

"""Sagen: facts, deadlines with their reasons, open user tasks, diagrams, and the story so far."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.access.permissions import may_see_cases
from flowcase.cases.civil_time import local_date
from flowcase.errors import Forbidden
from flowcase.history.story import Told
from flowcase.services.case_facts import DEADLINE_PROCESS
from flowcase.web import between_people
from flowcase.web.case_facts import notification_outcome, notifier, shown_facts, status
from flowcase.web.flows import purpose
from flowcase.web.ladder_drawing import drawing
from flowcase.web.language import current
from flowcase.web.session import actor, flow

blueprint = Blueprint("cases", __name__, url_prefix="/sager")

PAGE = 50
MOMENTS = 40  # of the story that a case page shows at first; years of it are a click away


@blueprint.get("")
@login_required
def index() -> Any:
    """Newest first; `kode` looks for a part of the code."""
    if not may_see_cases(actor()):
        raise Forbidden("see the cases", "their work is not theirs")
    rows = flow().cases.list(actor=actor())
    asked = request.args.get("kode", "").strip()
    if asked:
        rows = [row for row in rows if asked.upper() in row.code.upper()]
    pages = -(-len(rows) // PAGE) or 1
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    return render_template(
        "cases.html",
        rows=rows[(page - 1) * PAGE : page * PAGE],
        status=status,
        asked=asked,
        page=page,
        pages=pages,
    )


@blueprint.get("/<code>")
@login_required
def show(code: str) -> Any:
    case = flow().cases.get(code, actor=actor())
    if case.erased_at is not None:
        return render_template("case_erased.html", case=case, facts=shown_facts(case))
    flow().reading_log.note(code, page="case", actor=actor())
    everything = request.args.get("alt") == "1"
    whole = everything or request.args.get("hele") == "1"
    story = _newest_first(
        flow().history.story(code, actor=actor(), language=current(), everything=everything)
    )
    deadlines = flow().deadlines.of_case(code)
    names = {row.process: row.name for row in flow().deployments.definitions()}
    overview = flow().case_overviews.of_case(code, actor=actor())
    instances = flow().instances.list(case=code, limit=None)
    return render_template(
        "case.html",
        case=case,
        facts=shown_facts(case),
        running=[row for row in deadlines if row.status in ("open", "breached")],
        done=[row for row in deadlines if row.status not in ("open", "breached")],
        user_tasks=flow().user_tasks.list(case=code),
        mine={row.id for row in flow().inboxes.offered(actor(), case=code)},
        # What watches over each deadline is told by the deadline itself.
        instances=[row for row in instances if row.process != DEADLINE_PROCESS and row.ended_at is None],
        ended=[row for row in instances if row.process != DEADLINE_PROCESS and row.ended_at is not None],
        names=names,
        may_move_rule_set=case.closed_at is None and flow().rule_set_moves.may_move(code, actor=actor()),
        overview=overview,
        ladder=drawing(overview, local_date(flow().clock.now())),
        between_status=between_people.status,
        consent_purpose=between_people.consent_purpose,
        meeting_kind=between_people.meeting_kind,
        agreement=between_people.agreement,
        concerns=flow().concerns.of_case(code, actor=actor()),
        notifier=notifier,
        outcome=notification_outcome,
        startable=flow().startable_flows.list(case=code, actor=actor()),
        purpose=purpose,
        story=story if whole else story[:MOMENTS],
        older=0 if whole else max(0, len(story) - MOMENTS),
        whole=whole,
        everything=everything,
        now=flow().clock.now(),
    )


def _newest_first(story: Iterable[Told]) -> list[tuple[dt.datetime, str, list[str]]]:
    """(when, who, what in order) of each moment, the newest moment first."""
    moments = itertools.groupby(story, key=lambda told: (told.at, told.who))
    return [(at, who, [told.text for told in lines]) for (at, who), lines in moments][::-1]

"""Sagen: facts, deadlines with their reasons, open user tasks, diagrams, and the story so far."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.web.language import current
from flowcase.web.session import actor, flow

blueprint = Blueprint("cases", __name__, url_prefix="/sager")


@blueprint.get("")
@login_required
def index() -> Any:
    rows = flow().cases.list(actor=actor())
    asked = request.args.get("kode", "").strip().upper()
    return render_template(
        "cases.html", rows=[row for row in rows if asked in row.code.upper()] if asked else rows, asked=asked
    )


@blueprint.get("/<code>")
@login_required
def show(code: str) -> Any:
    case = flow().cases.get(code, actor=actor())
    everything = request.args.get("alt") == "1"
    mine = {row.id for row in flow().user_tasks.inbox(actor())}
    return render_template(
        "case.html",
        case=case,
        deadlines=flow().deadlines.of_case(code),
        user_tasks=flow().user_tasks.list(case=code),
        mine=mine,
        instances=flow().instances.list(case=code),
        story=flow().history.story(code, actor=actor(), language=current(), everything=everything),
        everything=everything,
        now=flow().clock.now(),
    )

"""Timers: listed by when they are due, one of them moved or fired now, for operators' programs."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from flowcase.services.operating.timer_care import Timer, TimerAsked
from flowcase.web.api.api_frame import ReasonIn, blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import Found, PageIn, paged
from flowcase.web.session import flow


class TimersIn(PageIn):
    """Which timers; what is left out leaves nothing out."""

    state = ma.fields.String(
        load_default="waiting",
        validate=ma.validate.OneOf(("waiting", "held")),
        metadata={"description": "`held`: of suspended instances.", "example": "waiting"},
    )
    process = ma.fields.String(metadata={"example": "underretning"})
    element = ma.fields.String(metadata={"example": "paamindelse"})
    case = ma.fields.String(metadata={"example": "SAG-2601"})
    is_overdue = ma.fields.Boolean(load_default=False, metadata={"example": False})


class TimerOut(ma.Schema):
    id = ma.fields.String(required=True)
    process = ma.fields.String(required=True, metadata={"example": "frist"})
    process_name = ma.fields.String()
    element = ma.fields.String(required=True, metadata={"example": "forfald"})
    element_name = ma.fields.String()
    instance = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "None when it starts a process."}
    )
    case_code = ma.fields.String(allow_none=True, metadata={"example": "SAG-2601"})
    kind = ma.fields.String(metadata={"example": "duration"})
    due_at = instant(required=True)
    try_at = instant(metadata={"description": "Later than `due_at` after a try that failed."})
    repetitions_left = ma.fields.Integer(allow_none=True)
    status = ma.fields.String(required=True, metadata={"example": "pending"})
    is_held = ma.fields.Boolean()
    ended_at = instant(allow_none=True)
    follows_deadline = ma.fields.Boolean(
        metadata={"description": "It moves with its deadline, and not by itself."}
    )
    deadline_rule = ma.fields.String(
        allow_none=True,
        metadata={"description": "Of the deadline that it follows.", "example": "T04"},
    )


class TimerActIn(ReasonIn):
    """Why, and on top of what."""

    seen = instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "`due_at` as it was read: 409 when it has moved meanwhile."},
    )


class MoveTimerIn(TimerActIn):
    due_at = instant(required=True, metadata={"example": "2026-04-10T08:00:00+02:00"})


@blueprint.route("/timers", methods=["GET"])
@needs("timers:read")
@blueprint.arguments(TimersIn, location="query")
@blueprint.response(200, TimerOut(many=True))
def timers(asked: dict[str, Any]) -> Any:
    """Timers that wait, the next due first, a page at a time."""
    names = ("state", "process", "element", "case", "is_overdue")
    wanted = TimerAsked(**{name: asked[name] for name in names if name in asked})

    def find(after: Any, limit: int) -> Found:
        rows, following = flow().timer_care.page(wanted, actor=caller(), after=after, limit=limit)
        return [_shown(row) for row in rows], following

    return paged(asked, find)


@blueprint.route("/timers/<id>", methods=["GET"])
@needs("timers:read")
@blueprint.response(200, TimerOut)
def timer(id: str) -> Any:
    """One timer, waiting or over."""
    return _shown(flow().timer_care.get(id, actor=caller()))


@blueprint.route("/timers/<id>/move", methods=["POST"])
@needs("timers:write")
@blueprint.arguments(MoveTimerIn)
@blueprint.response(200, TimerOut)
def move_timer(body: dict[str, Any], id: str) -> Any:
    """Set when it is due. One that follows a deadline is refused (409): move the deadline."""
    care = flow().timer_care
    care.move(id, body["due_at"], reason=body["reason"], seen=body["seen"], actor=caller())
    return _shown(care.get(id, actor=caller()))


@blueprint.route("/timers/<id>/fire", methods=["POST"])
@needs("timers:write")
@blueprint.arguments(TimerActIn)
@blueprint.response(200, TimerOut)
def fire_timer(body: dict[str, Any], id: str) -> Any:
    """Let it fire now, as if it were due."""
    flow().timer_care.fire(id, reason=body["reason"], seen=body["seen"], actor=caller())
    return _shown(flow().timer_care.get(id, actor=caller()))


def _shown(timer: Timer) -> dict[str, Any]:
    return {**timer.row._asdict(), **{name: value for name, value in vars(timer).items() if name != "row"}}

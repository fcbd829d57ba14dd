"""Processes from which nothing starts for a while: seen, suspended and resumed by operators' programs."""

from __future__ import annotations

from functools import partial
from typing import Any

import marshmallow as ma

from flowcase.services.operating.suspensions import OneProcess
from flowcase.web.api.api_frame import ReasonIn, blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import PageIn, PlaceField, paged
from flowcase.web.session import flow

MOST_AT_ONCE = 200  # held starts that one request drops


class SuspendIn(ReasonIn):
    version = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=ma.validate.Range(min=1, max=2**31 - 1),
        metadata={"description": "This version alone; without it all of them.", "example": None},
    )
    with_instances = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Its running instances too, by a batch.", "example": False},
    )


class ResumeIn(SuspendIn):
    with_instances = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "The instances that were suspended with it, and only those."},
    )
    with_calls = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Try the calls again that found a process suspended."},
    )


class SuspensionOut(ma.Schema):
    version = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "None: of all.", "example": None}
    )
    reason = ma.fields.String(required=True)
    at = instant(required=True)
    suspended_by = ma.fields.String(attribute="actor", metadata={"example": "drift"})
    batch = ma.fields.String(
        allow_none=True, metadata={"description": "What suspends the instances that ran."}
    )


class SuspendableOut(ma.Schema):
    process = ma.fields.String(required=True, metadata={"example": "underretning"})
    version = ma.fields.Integer(required=True, metadata={"description": "In force.", "example": 1})
    is_stopped = ma.fields.Boolean(
        required=True, metadata={"description": "Nothing starts from the version in force."}
    )
    running = ma.fields.Integer(required=True, metadata={"example": 12})
    held = ma.fields.Integer(required=True, metadata={"description": "Starts that wait.", "example": 0})
    suspensions = ma.fields.List(ma.fields.Nested(SuspensionOut), required=True)


class SuspendedOut(SuspendableOut):
    batches = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "What does the rest: follow them at `/api/batches/<id>`."},
    )


class HeldStartsIn(PageIn):
    after = PlaceField()


class HeldStartOut(ma.Schema):
    id = ma.fields.String(required=True)
    kind = ma.fields.String(required=True, metadata={"description": "message, signal or handler"})
    name = ma.fields.String(metadata={"description": "Of the message or signal."})
    case = ma.fields.String(attribute="case_code", allow_none=True, metadata={"example": "SAG-2041"})
    at = instant(required=True)
    try_at = instant(metadata={"description": "Not before; later than `at` after a failed try."})
    has_failed = ma.fields.Boolean(metadata={"description": "It was tried and could not begin."})


class DropIn(ReasonIn):
    held = ma.fields.List(
        ma.fields.String(),
        required=True,
        validate=ma.validate.Length(min=1, max=MOST_AT_ONCE),
        metadata={"description": "Ids of held starts."},
    )


class DroppedOut(ma.Schema):
    dropped = ma.fields.List(ma.fields.String(), required=True)
    missing = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "Those that were not held by this process: they may have begun."},
    )


@blueprint.route("/processes/<process>/held-starts", methods=["GET"])
@needs("instances:read")
@blueprint.arguments(HeldStartsIn, location="query")
@blueprint.response(200, HeldStartOut(many=True))
def held_starts(asked: dict[str, Any], process: str) -> Any:
    """What waits until the process is resumed, oldest first, a page at a time."""
    return paged(asked, partial(flow().suspensions.held_page, process, actor=caller()))


@blueprint.route("/processes/<process>/held-starts/drop", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(DropIn)
@blueprint.response(200, DroppedOut)
def drop_held_starts(body: dict[str, Any], process: str) -> Any:
    """Let some of them never begin. A message that one of them took stays used up."""
    service = flow().suspensions
    service.get(process, actor=caller())  # a process that there is not is missing
    dropped = service.drop(body["held"], process=process, reason=body["reason"], actor=caller())
    missing = [each for each in dict.fromkeys(body["held"]) if each not in set(dropped)]
    return {"dropped": dropped, "missing": missing}


@blueprint.route("/processes/<process>/suspension", methods=["GET"])
@needs("instances:read")
@blueprint.response(200, SuspendableOut)
def suspension(process: str) -> Any:
    """What keeps a process from being started, who decided so, and how many starts wait."""
    return _shown(flow().suspensions.get(process, actor=caller()))


@blueprint.route("/processes/<process>/suspend", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(SuspendIn)
@blueprint.response(200, SuspendedOut)
def suspend_process(body: dict[str, Any], process: str) -> Any:
    """Nothing starts from it until it is resumed; what would have started by itself is held.

    One that is suspended already is refused (409), and so is taking more than ten thousand running
    instances along (422).
    """
    service = flow().suspensions
    batch = service.suspend(process, actor=caller(), **body)
    return {**_shown(service.get(process, actor=caller())), "batches": [] if batch is None else [batch]}


@blueprint.route("/processes/<process>/resume", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(ResumeIn)
@blueprint.response(200, SuspendedOut)
def resume_process(body: dict[str, Any], process: str) -> Any:
    """Let it be started again; what is held starts now. One that is not suspended is refused (409)."""
    service = flow().suspensions
    service.get(process, actor=caller())  # a process that there is not is missing, rather than at work
    batches = service.resume(process, actor=caller(), **body)
    return {**_shown(service.get(process, actor=caller())), "batches": batches}


def _shown(seen: OneProcess) -> dict[str, Any]:
    return {
        "process": seen.row.process,
        "version": seen.row.version,
        "is_stopped": seen.is_stopped,
        "running": seen.running,
        "held": seen.held,
        "suspensions": seen.suspensions,
    }

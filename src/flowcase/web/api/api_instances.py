"""Process instances are started, read and operated; messages reach those that wait for them."""

from __future__ import annotations

import datetime as dt
from functools import partial
from http import HTTPStatus
from typing import Any

import marshmallow as ma

from flowcase import errors
from flowcase.access.actor import SYSTEM
from flowcase.access.permissions import may_operate
from flowcase.engine.timers import TimerTextError, parse_duration
from flowcase.web.api.api_frame import ReasonIn, blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import PageIn, paged
from flowcase.web.forms.typed_values import from_json
from flowcase.web.session import flow

_STATUS = ("active", "suspended", "completed", "cancelled")


class InstancesIn(PageIn):
    """Which instances; what is left out leaves nothing out."""

    case = ma.fields.String(metadata={"example": "SAG-2601"})
    process = ma.fields.String(metadata={"example": "underretning"})
    status = ma.fields.String(validate=ma.validate.OneOf(_STATUS), metadata={"example": "active"})


class InstanceOut(ma.Schema):
    id = ma.fields.String(required=True)
    process = ma.fields.String(required=True)
    definition = ma.fields.String(metadata={"example": "underretning:1"})
    parent = ma.fields.String(allow_none=True, metadata={"description": "The instance that called it."})
    case_code = ma.fields.String(allow_none=True)
    rule_set = ma.fields.String(allow_none=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf(_STATUS))
    started_at = instant()
    ended_at = instant(allow_none=True)
    end_elements = ma.fields.List(ma.fields.String(), allow_none=True)


class InstanceWithTokensOut(InstanceOut):
    name = ma.fields.String()
    version = ma.fields.Integer()
    active_elements = ma.fields.List(ma.fields.String(), metadata={"description": "Where its tokens are."})
    completed_elements = ma.fields.List(ma.fields.String())
    incident_elements = ma.fields.List(ma.fields.String())


class StartIn(ma.Schema):
    process = ma.fields.String(
        required=True, validate=ma.validate.Length(min=1, max=200), metadata={"example": "netvaerksindsats"}
    )
    case = ma.fields.String(load_default=None, allow_none=True, metadata={"example": "SAG-2588"})
    values = ma.fields.Dict(
        keys=ma.fields.String(), load_default=dict, metadata={"description": "Of the start form, by key."}
    )


class StartedOut(ma.Schema):
    id = ma.fields.String(required=True)


class EarlierStepOut(ma.Schema):
    element_instance = ma.fields.String()
    element = ma.fields.String()
    name = ma.fields.String()
    completed_at = instant()
    completed_by = ma.fields.String()


class LastingOut(ma.Schema):
    kind = ma.fields.String()
    element = ma.fields.String()
    count = ma.fields.Integer()


class ReturnOut(ma.Schema):
    instance = ma.fields.String()
    to = ma.fields.Nested(EarlierStepOut)
    opens = ma.fields.List(ma.fields.String())
    cancels = ma.fields.List(ma.fields.String())
    keeps = ma.fields.List(ma.fields.String())
    variables = ma.fields.List(ma.fields.String())
    lasting = ma.fields.List(ma.fields.Nested(LastingOut), metadata={"description": "Is not undone."})
    obstacles = ma.fields.List(ma.fields.String(), metadata={"description": "Empty when it is possible."})


def _check_duration(text: str) -> None:
    try:
        _duration(text)
    except (TimerTextError, ValueError, OverflowError):
        raise ma.ValidationError("Expected a duration like PT4H30M or P10D.") from None


def _duration(text: str) -> dt.timedelta:
    """At most ten years; a month counts as long as it is on average. Raises ValueError."""
    found = parse_duration(text).roughly
    if not dt.timedelta() <= found <= dt.timedelta(days=3660):
        raise ValueError(text)
    return found


class MessageIn(ma.Schema):
    """A message for who waits for it, or one that starts an instance."""

    name = ma.fields.String(
        required=True, validate=ma.validate.Length(min=1, max=200), metadata={"example": "udtalelse_modtaget"}
    )
    key = ma.fields.String(
        required=True, validate=ma.validate.Length(max=200), metadata={"example": "SAG-2601"}
    )
    variables = ma.fields.Dict(
        keys=ma.fields.String(),
        load_default=dict,
        metadata={"description": "Codes, numbers and yes or no; never words about a person."},
    )
    message_id = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(min=1, max=200),
        metadata={"description": "The same one again has no effect."},
    )
    time_to_live = ma.fields.String(
        load_default=None, allow_none=True, validate=_check_duration, metadata={"example": "P10D"}
    )
    case = ma.fields.String(load_default=None, allow_none=True, metadata={"example": "SAG-2601"})


@blueprint.route("/instances", methods=["GET"])
@needs("instances:read")
@blueprint.arguments(InstancesIn, location="query")
@blueprint.response(200, InstanceOut(many=True))
def instances(asked: dict[str, Any]) -> Any:
    """Process instances that this account may see, newest first, a page at a time."""
    wanted: dict[str, Any] = {name: asked.get(name) for name in ("case", "process", "status")}
    return paged(asked, partial(flow().instances.page, actor=caller(), **wanted))


@blueprint.route("/instances", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(StartIn)
@blueprint.response(201, StartedOut)
def start(body: dict[str, Any]) -> Any:
    """Start the newest version of a process, where its start event lets this account's groups do so."""
    id = flow().startable_flows.start(body["process"], body["values"], case=body["case"], actor=caller())
    return {"id": id}


@blueprint.route("/instances/<id>", methods=["GET"])
@needs("instances:read")
@blueprint.response(200, InstanceWithTokensOut)
def instance(id: str) -> Any:
    """One instance and where it is; reading it is noted in its case."""
    found = flow().instances.get(id, actor=caller())
    flow().reading_log.note(found.case_code, page="diagram", actor=caller())
    return {
        **{name: getattr(found.row, name) for name in InstanceOut().fields},
        "name": found.name,
        "version": found.version,
        "active_elements": found.active_elements,
        "completed_elements": found.completed_elements,
        "incident_elements": found.incident_elements,
    }


@blueprint.route("/instances/<id>/suspend", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def suspend(body: dict[str, Any], id: str) -> Any:
    """Nothing moves in the instance until it is resumed."""
    flow().instances.suspend(id, reason=body["reason"], actor=caller())


@blueprint.route("/instances/<id>/resume", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def resume(body: dict[str, Any], id: str) -> Any:
    """Let a suspended instance go on."""
    flow().instances.resume(id, reason=body["reason"], actor=caller())


@blueprint.route("/instances/<id>/cancel", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def cancel(body: dict[str, Any], id: str) -> Any:
    """End an instance and what it calls."""
    flow().instances.cancel(id, reason=body["reason"], actor=caller())


@blueprint.route("/instances/<id>/earlier-steps", methods=["GET"])
@needs("instances:read")
@blueprint.response(200, EarlierStepOut(many=True))
def earlier_steps(id: str) -> Any:
    """Completed user tasks to which an operator can put the instance back; noted in the case."""
    steps = flow().going_back.steps(id, actor=caller())
    flow().reading_log.note_instance(id, actor=caller())
    return steps


@blueprint.route("/instances/<id>/earlier-steps/<step>", methods=["GET"])
@needs("instances:read")
@blueprint.response(200, ReturnOut)
def preview_of_going_back(id: str, step: str) -> Any:
    """What going back would do; nothing is changed. Reading it is noted in the case."""
    foreseen = flow().going_back.preview(id, step, actor=caller())
    flow().reading_log.note_instance(id, actor=caller())
    return foreseen


@blueprint.route("/instances/<id>/earlier-steps/<step>/go-back", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(200, ReturnOut)
def go_back(body: dict[str, Any], id: str, step: str) -> Any:
    """Put the instance back to before the user task was completed."""
    return flow().going_back.go_back(id, step, reason=body["reason"], actor=caller())


@blueprint.route("/messages", methods=["POST"])
@needs("messages:write")
@blueprint.arguments(MessageIn)
@blueprint.response(204)
def publish(body: dict[str, Any]) -> Any:
    """Bring a message to who waits for it; otherwise it is kept as long as it may live."""
    if not may_operate(caller()):
        raise errors.Forbidden("publish a message", "only an operator may")
    if body["case"] is not None:
        flow().cases.get(body["case"], actor=SYSTEM)
    lives = body["time_to_live"]
    flow().messages.correlate(
        body["name"],
        body["key"],
        from_json(body["variables"]),
        message_id=body["message_id"],
        time_to_live=None if lives is None else _duration(lives),
        case=body["case"],
        actor=caller(),
    )
    return None, HTTPStatus.NO_CONTENT

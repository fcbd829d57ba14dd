"""Batches: one act on all instances that a filter chooses; seen first, then let run, followed and paused."""

from __future__ import annotations

from functools import partial
from typing import Any

import marshmallow as ma

from flowcase.model import IncidentKind
from flowcase.services.operating.batches import ACTS, MOST, Asked, Batch
from flowcase.web.api.api_frame import ReasonIn, blueprint, caller, instant, needs
from flowcase.web.api.api_instances import InstanceOut
from flowcase.web.forms.api_pages import PageIn, PlaceField, paged
from flowcase.web.session import flow

_ITEM_STATUS = ("waiting", "done", "refused", "stopped", "undone", "undo_refused")
SHOWN = 100  # instances that a preview names


class ChosenIn(ma.Schema):
    """Which running instances; what is left out leaves nothing out."""

    process = ma.fields.String(load_default="", metadata={"example": "underretning"})
    version = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=ma.validate.Range(min=1, max=2**31 - 1),
        metadata={"example": 1},
    )
    element = ma.fields.String(load_default="", metadata={"example": "vurder"})
    incident = ma.fields.String(
        load_default="",
        validate=ma.validate.OneOf(["", "any", *(kind.value for kind in IncidentKind)]),
        metadata={"description": "A kind of incident that is open, or `any`.", "example": "any"},
    )
    status = ma.fields.String(
        load_default="",
        validate=ma.validate.OneOf(("", "active", "suspended")),
        metadata={"example": "active"},
    )
    is_overdue = ma.fields.Boolean(
        load_default=False, metadata={"description": "A user task of it is.", "example": False}
    )
    started_from = instant(load_default=None, allow_none=True)
    started_before = instant(load_default=None, allow_none=True)

    @ma.validates_schema
    def is_a_filter(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("version") and not data.get("process"):
            raise ma.ValidationError("A version is of a process: name it too.", "process")
        if not any(data.values()):
            raise ma.ValidationError("Expected a filter: nothing at all would choose every instance.")


class PlanIn(ReasonIn):
    chosen = ma.fields.Nested(ChosenIn, required=True)
    act = ma.fields.String(required=True, validate=ma.validate.OneOf(ACTS), metadata={"example": "suspend"})
    element = ma.fields.String(
        load_default="",
        validate=ma.validate.Length(max=200),
        metadata={"description": "Where `skip` and `move` find their token."},
    )
    target = ma.fields.String(
        load_default="",
        validate=ma.validate.Length(max=200),
        metadata={"description": "Where `move` moves it."},
    )
    but = ma.fields.List(
        ma.fields.String(),
        load_default=list,
        validate=ma.validate.Length(max=MOST),
        metadata={"description": "Instances to be left out.", "example": []},
    )


class MappingIn(ma.Schema):
    source = ma.fields.String(
        required=True, metadata={"description": "The version to move from.", "example": "underretning:1"}
    )
    mapping = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(allow_none=True),
        required=True,
        validate=ma.validate.Length(min=1, max=2000),
        metadata={
            "description": "New element by old one; null: nothing takes over. The others stay as they are.",
            "example": {"vurder": "vurder_igen"},
        },
    )


class ChoiceOut(ma.Schema):
    count = ma.fields.Integer(required=True, metadata={"example": 12})
    instances = ma.fields.List(
        ma.fields.Nested(InstanceOut), required=True, metadata={"description": f"The {SHOWN} oldest."}
    )


class BatchRowOut(ma.Schema):
    id = ma.fields.String(required=True)
    act = ma.fields.String(required=True, metadata={"example": "suspend"})
    chosen = ma.fields.Dict(attribute="asked", metadata={"description": "The filter, as it was asked."})
    details = ma.fields.Dict()
    reason = ma.fields.String()
    status = ma.fields.String(required=True, metadata={"example": "running"})
    at = instant(required=True)
    planned_by = ma.fields.String(attribute="actor", metadata={"example": "drift"})
    decided_by = ma.fields.String(metadata={"description": "Who let it run."})


class BatchOut(BatchRowOut):
    total = ma.fields.Integer(required=True, metadata={"example": 12})
    done = ma.fields.Integer(required=True, metadata={"example": 5})
    counts = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        metadata={"description": "Instances by status.", "example": {"done": 5, "waiting": 7}},
    )


class BatchItemsIn(PageIn):
    status = ma.fields.String(validate=ma.validate.OneOf(_ITEM_STATUS), metadata={"example": "refused"})
    after = PlaceField(
        lambda token: int(token) if token.isascii() and token.isdecimal() and len(token) < 8 else None
    )


class BatchItemOut(ma.Schema):
    instance = ma.fields.String(required=True)
    number = ma.fields.Integer(required=True, metadata={"description": "Its turn.", "example": 3})
    status = ma.fields.String(required=True, metadata={"example": "refused"})
    because = ma.fields.String(metadata={"description": "Why it could not be."})
    done_at = instant(allow_none=True)


@blueprint.route("/batches", methods=["GET"])
@needs("batches:read")
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, BatchRowOut(many=True))
def batches(asked: dict[str, Any]) -> Any:
    """Batches, newest first, a page at a time."""
    return paged(asked, partial(flow().batches.page, actor=caller()))


@blueprint.route("/batches/preview", methods=["POST"])
@needs("batches:read")
@blueprint.arguments(ChosenIn)
@blueprint.response(200, ChoiceOut)
def preview_batch(body: dict[str, Any]) -> Any:
    """Which instances a filter chooses now; nothing is kept. More than ten thousand are refused (422)."""
    found = flow().batches.chosen(_asked(body), actor=caller())
    return {"count": len(found), "instances": found[:SHOWN]}


@blueprint.route("/batches", methods=["POST"])
@needs("batches:write")
@blueprint.arguments(PlanIn)
@blueprint.response(201, BatchOut)
def plan_batch(body: dict[str, Any]) -> Any:
    """Keep what is to be done to which instances; nothing is done before it is started."""
    details = {name: body[name] for name in ("element", "target", "but")}
    id = flow().batches.plan(
        _asked(body["chosen"]), body["act"], reason=body["reason"], actor=caller(), **details
    )
    return _shown(flow().batches.get(id, actor=caller()))


@blueprint.route("/batches/<id>", methods=["GET"])
@needs("batches:read")
@blueprint.response(200, BatchOut)
def batch(id: str) -> Any:
    """One batch, and how far it is."""
    return _shown(flow().batches.get(id, actor=caller()))


@blueprint.route("/batches/<id>/items", methods=["GET"])
@needs("batches:read")
@blueprint.arguments(BatchItemsIn, location="query")
@blueprint.response(200, BatchItemOut(many=True))
def batch_items(asked: dict[str, Any], id: str) -> Any:
    """Its instances in their turn, each with what became of it, a page at a time."""
    find = partial(flow().batches.items_page, id, status=asked.get("status"), actor=caller())
    return paged(asked, find, token=str)


@blueprint.route("/batches/<id>/mapping", methods=["POST"])
@needs("batches:write")
@blueprint.arguments(MappingIn)
@blueprint.response(200, BatchOut)
def map_batch(body: dict[str, Any], id: str) -> Any:
    """Correct what takes over from what in a planned migration; `details.mapping` says what holds.

    A pair that no instance could follow is refused with its reason (422), and so is a batch that has begun
    (409). A version that it takes no instances from is missing (404).
    """
    flow().batch_mappings.correct(id, body["source"], body["mapping"], actor=caller())
    return _shown(flow().batches.get(id, actor=caller()))


@blueprint.route("/batches/<id>/start", methods=["POST"])
@needs("batches:write")
@blueprint.response(200, BatchOut)
def start_batch(id: str) -> Any:
    """Let the workers begin. With four eyes another operator than who planned it has to (422)."""
    return _become(id, "run")


@blueprint.route("/batches/<id>/pause", methods=["POST"])
@needs("batches:write")
@blueprint.response(200, BatchOut)
def pause_batch(id: str) -> Any:
    """What is being done is finished; nothing more is begun."""
    return _become(id, "pause")


@blueprint.route("/batches/<id>/resume", methods=["POST"])
@needs("batches:write")
@blueprint.response(200, BatchOut)
def resume_batch(id: str) -> Any:
    """Let a paused batch go on."""
    return _become(id, "resume")


@blueprint.route("/batches/<id>/stop", methods=["POST"])
@needs("batches:write")
@blueprint.response(200, BatchOut)
def stop_batch(id: str) -> Any:
    """For good: what has not been done stays as it is."""
    return _become(id, "stop")


@blueprint.route("/batches/<id>/undo", methods=["POST"])
@needs("batches:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(200, BatchOut)
def undo_batch(body: dict[str, Any], id: str) -> Any:
    """Take back every instance that a migration moved and that has not gone on since; the others stay.

    Any other act cannot be undone (422), and none that is at work (409): pause it first.
    """
    flow().batches.undo(id, reason=body["reason"], actor=caller())
    return _shown(flow().batches.get(id, actor=caller()))


def _become(id: str, act: str) -> dict[str, Any]:
    getattr(flow().batches, act)(id, actor=caller())
    return _shown(flow().batches.get(id, actor=caller()))


def _asked(body: dict[str, Any]) -> Asked:
    return Asked(**body)


def _shown(batch: Batch) -> dict[str, Any]:
    return {**vars(batch.row), "counts": batch.counts, "total": batch.total, "done": batch.done}

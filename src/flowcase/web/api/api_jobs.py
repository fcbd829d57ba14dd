"""Jobs: what waits, runs or has failed outside; tried now, put first or given back by operators' programs."""

from __future__ import annotations

from functools import partial
from typing import Any

import marshmallow as ma

from flowcase.services.operating.job_care import HIGHEST, JobAsked
from flowcase.web.api.api_frame import ReasonIn, blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import PageIn, paged
from flowcase.web.session import flow


class JobsIn(PageIn):
    """Which jobs; what is left out leaves nothing out."""

    state = ma.fields.String(
        load_default="waiting",
        validate=ma.validate.OneOf(("waiting", "held", "claimed", "failed")),
        metadata={"description": "`held`: of suspended instances.", "example": "failed"},
    )
    type = ma.fields.String(metadata={"example": "journal.eksporter"})
    case = ma.fields.String(metadata={"example": "SAG-2601"})


class JobOut(ma.Schema):
    id = ma.fields.String(required=True)
    type = ma.fields.String(required=True, metadata={"example": "journal.eksporter"})
    process = ma.fields.String(required=True)
    element = ma.fields.String(required=True)
    instance = ma.fields.String(required=True)
    case_code = ma.fields.String(allow_none=True, metadata={"example": "SAG-2601"})
    status = ma.fields.String(required=True, metadata={"example": "failed"})
    is_held = ma.fields.Boolean()
    priority = ma.fields.Integer(metadata={"description": "The higher first.", "example": 0})
    attempts = ma.fields.Integer(metadata={"description": "Tries so far.", "example": 3})
    retries = ma.fields.Integer(metadata={"description": "Tries in all.", "example": 3})
    try_at = instant()
    lease_owner = ma.fields.String(allow_none=True, metadata={"description": "Which worker has it."})
    lease_until = instant(allow_none=True)
    created_at = instant(required=True)


class PriorityIn(ReasonIn):
    priority = ma.fields.Integer(
        required=True,
        strict=True,
        validate=ma.validate.Range(min=-HIGHEST, max=HIGHEST),
        metadata={"example": 10},
    )


@blueprint.route("/jobs", methods=["GET"])
@needs("jobs:read")
@blueprint.arguments(JobsIn, location="query")
@blueprint.response(200, JobOut(many=True))
def jobs(asked: dict[str, Any]) -> Any:
    """Jobs in one state, what is tried next first, a page at a time; never what they carry."""
    wanted = JobAsked(asked["state"], asked.get("type"), asked.get("case"))
    return paged(asked, partial(flow().job_care.page, wanted, actor=caller()))


@blueprint.route("/jobs/<id>", methods=["GET"])
@needs("jobs:read")
@blueprint.response(200, JobOut)
def job(id: str) -> Any:
    """One job, whatever its state."""
    return flow().job_care.get(id, actor=caller())


@blueprint.route("/jobs/<id>/retry", methods=["POST"])
@needs("jobs:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(200, JobOut)
def retry_job(body: dict[str, Any], id: str) -> Any:
    """Try it now; one whose tries are used up gets new ones."""
    flow().job_care.try_now(id, reason=body["reason"], actor=caller())
    return flow().job_care.get(id, actor=caller())


@blueprint.route("/jobs/<id>/priority", methods=["POST"])
@needs("jobs:write")
@blueprint.arguments(PriorityIn)
@blueprint.response(200, JobOut)
def set_job_priority(body: dict[str, Any], id: str) -> Any:
    """Put it before or behind others."""
    flow().job_care.set_priority(id, body["priority"], reason=body["reason"], actor=caller())
    return flow().job_care.get(id, actor=caller())


@blueprint.route("/jobs/<id>/give-back", methods=["POST"])
@needs("jobs:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(200, JobOut)
def give_back_job(body: dict[str, Any], id: str) -> Any:
    """Take the lease of a worker that is lost away, so that any other may claim it."""
    flow().job_care.give_back(id, reason=body["reason"], actor=caller())
    return flow().job_care.get(id, actor=caller())

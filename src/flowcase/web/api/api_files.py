"""Deployments: what is in force, where it came from, and new files, checked as in the studio."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response

from flowcase import errors
from flowcase.access.permissions import may_edit_processes, may_see_deployments
from flowcase.web.api.api_frame import blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import Found, PageIn, paged
from flowcase.web.session import flow

_PATH = r"^[A-Za-z0-9_][A-Za-z0-9_-]*(?:/[A-Za-z0-9_][A-Za-z0-9_-]*)*\.(?:bpmn|dmn|form|yaml)$"
MOST_FILES = 300


class DeploymentsIn(PageIn):
    pass


class DeploymentOut(ma.Schema):
    id = ma.fields.String(required=True)
    at = instant(required=True)
    actor = ma.fields.String()
    note = ma.fields.String()
    status = ma.fields.String(metadata={"example": "active"})


class DefinitionOut(ma.Schema):
    id = ma.fields.String(required=True, metadata={"example": "underretning:1"})
    process = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    name = ma.fields.String()
    hash = ma.fields.String(metadata={"description": "SHA-256 of its file."})
    path = ma.fields.String(metadata={"example": "underretning.bpmn"})
    deployment = ma.fields.String()
    status = ma.fields.String()
    created_at = instant()


class DefinitionsIn(ma.Schema):
    process = ma.fields.String(metadata={"description": "Every version of this one.", "example": "frist"})


class DeployIn(ma.Schema):
    """Files by path; all are deployed or none."""

    files = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Regexp(_PATH)),
        values=ma.fields.String(),
        required=True,
        validate=ma.validate.Length(min=1, max=MOST_FILES),
        metadata={"example": {"decisions/tom.dmn": "<definitions/>"}},
    )
    note = ma.fields.String(load_default="", validate=ma.validate.Length(max=500))
    draft = ma.fields.Boolean(load_default=False)


class DeployedOut(ma.Schema):
    id = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    definitions = ma.fields.List(ma.fields.String(), metadata={"description": "New process definitions."})
    resources = ma.fields.List(ma.fields.String(), metadata={"description": "New tables, forms, rule sets."})
    warnings = ma.fields.List(ma.fields.String())


def _check_may_see() -> None:
    if not may_see_deployments(caller()):
        raise errors.Forbidden("see deployments", "this account may not")


@blueprint.route("/deployments", methods=["GET"])
@needs("deployments:read")
@blueprint.arguments(DeploymentsIn, location="query")
@blueprint.response(200, DeploymentOut(many=True))
def deployments(asked: dict[str, Any]) -> Any:
    """Deployments, newest first, a page at a time."""
    _check_may_see()

    def find(after: Any, limit: int) -> Found:
        rows = flow().deployments.list(after=after, limit=limit + 1)
        return rows[:limit], (rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None

    return paged(asked, find)


@blueprint.route("/deployments", methods=["POST"])
@needs("deployments:write")
@blueprint.arguments(DeployIn)
@blueprint.response(201, DeployedOut)
def deploy(body: dict[str, Any]) -> Any:
    """Check and deploy files; with a finding that blocks nothing is stored.

    Where four eyes are on, every file that changes must have been approved in the studio, as it is: 422.
    """
    if not may_edit_processes(caller()):
        raise errors.Forbidden("deploy files", "only a process owner may")
    files = {path: text.encode() for path, text in body["files"].items()}
    made = flow().studio.deploy_bundle(files, actor=caller(), note=body["note"], draft=body["draft"])
    return {**vars(made), "warnings": [str(each) for each in made.warnings]}


@blueprint.route("/definitions", methods=["GET"])
@needs("deployments:read")
@blueprint.arguments(DefinitionsIn, location="query")
@blueprint.response(200, DefinitionOut(many=True))
def definitions(asked: dict[str, Any]) -> Any:
    """The newest version of each process, or every version of one."""
    _check_may_see()
    process = asked.get("process")
    return flow().deployments.definitions(process, all_versions=process is not None)


@blueprint.route("/definitions/<process>/versions/<int:version>", methods=["GET"])
@needs("deployments:read")
@blueprint.response(200, {"type": "string"}, content_type="application/xml", description="The BPMN file.")
def source(process: str, version: int) -> Any:
    """The file of a process definition, as it was deployed."""
    _check_may_see()
    if version > 2**31 - 1:
        raise errors.NotFound("process", f"{process}:{version}")
    return Response(flow().deployments.source(process, version), mimetype="application/xml")

"""REST under /api: notifications come in, user tasks are listed and completed; see /api/openapi.json.

Programs sign in with a token (`Authorization: Bearer <id>.<secret>`). What goes wrong is answered as
problem details (RFC 9457).
"""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Flask, Response, g, json, request, url_for
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import HTTPException

from flowcase import errors
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_deliver_notifications
from flowcase.services.inboxes import Asked, Order
from flowcase.services.people import SignInFailed
from flowcase.web.inbox import place_from, token_of
from flowcase.web.session import flow

blueprint = Blueprint("api", __name__, url_prefix="/api", description="Notifications and user tasks")


class NotificationIn(ma.Schema):
    """The keys of form F-A1, and `underretning_id`: the sender's own number, which counts once."""

    class Meta:
        unknown = ma.INCLUDE

    underretning_id = ma.fields.String(
        validate=ma.validate.Length(min=1, max=100), metadata={"example": "skole-12-2026-0042"}
    )
    modtaget = ma.fields.String(metadata={"example": "2026-03-27T16:40+01:00"})


class NotificationOut(ma.Schema):
    underretning_id = ma.fields.String(required=True)
    is_new = ma.fields.Boolean(required=True, metadata={"description": "False when it was known already."})


class UserTaskOut(ma.Schema):
    id = ma.fields.String()
    process = ma.fields.String()
    element = ma.fields.String()
    name = ma.fields.String()
    form = ma.fields.String(allow_none=True)
    case_code = ma.fields.String(allow_none=True)
    assignee = ma.fields.String(allow_none=True)
    candidate_groups = ma.fields.List(ma.fields.String())
    due_at = ma.fields.AwareDateTime(format="iso", default_timezone=dt.UTC, allow_none=True)


class EarlierStepOut(ma.Schema):
    element_instance = ma.fields.String()
    element = ma.fields.String()
    name = ma.fields.String()
    completed_at = ma.fields.AwareDateTime(format="iso", default_timezone=dt.UTC)
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


class ReasonIn(ma.Schema):
    reason = ma.fields.String(required=True, validate=ma.validate.Length(min=1))


def _check_place(token: str) -> None:
    if token and place_from(token, Order.RECEIVED) is None:
        raise ma.ValidationError("Expected it as the address in header Link has it.")


class PageIn(ma.Schema):
    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    after = ma.fields.String(
        load_default="",
        validate=_check_place,
        metadata={"description": "As the address in header `Link` has it."},
    )


class CompletionIn(ma.Schema):
    values = ma.fields.Dict(load_default=dict, metadata={"description": "Form values by key."})


def init_app(app: Flask) -> None:
    app.config.update(
        API_TITLE="flowcase",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(blueprint)


def is_api() -> bool:
    return request.path.startswith("/api/")


def problem(status: HTTPStatus, error: Exception) -> Response:
    """Problem details; field errors under `errors`, rule ids under `rules`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        "request_id": g.get("request_id", ""),
    }
    if isinstance(error, errors.InvalidValues):
        body["errors"] = {field: list(map(str, said)) for field, said in error.errors.items()}
    if isinstance(error, errors.Refused):
        body["rules"] = list(error.rules)
    if isinstance(error, HTTPException):
        body["detail"] = error.description
        messages = getattr(error, "data", {}).get("messages")  # what webargs found in the request
        if messages:
            body["errors"] = messages
    answer = Response(json.dumps(body), status=status, mimetype="application/problem+json")
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def caller() -> Actor:
    """The program or person behind the token. Raises SignInFailed."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInFailed
    return flow().people.authenticate_token(token.strip())


@blueprint.route("/notifications", methods=["POST"])
@blueprint.doc(security=[{"token": []}])
@blueprint.arguments(NotificationIn)
@blueprint.response(201, NotificationOut)
@blueprint.alt_response(200, schema=NotificationOut, description="It was known already; nothing was added.")
def receive(values: dict[str, Any]) -> Any:
    """Take in one notification, whole or not at all."""
    actor = caller()
    if not may_deliver_notifications(actor):
        raise errors.Forbidden("take in a notification", "this account may not")
    received = flow().notifications.receive(values, source="api", actor=actor)
    answer = {"underretning_id": received.underretning_id, "is_new": received.is_new}
    return answer, HTTPStatus.CREATED if received.is_new else HTTPStatus.OK


@blueprint.route("/user-tasks", methods=["GET"])
@blueprint.doc(security=[{"token": []}])
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, UserTaskOut(many=True))
def user_tasks(asked: dict[str, Any]) -> Any:
    """Open user tasks that this account may work on, oldest first, a page at a time.

    When there are more, header `Link` has the address of the next page (`rel="next"`).
    """
    after = place_from(asked["after"], Order.RECEIVED)
    every = Asked(order=Order.RECEIVED, with_put_off=True)
    page = flow().inboxes.page(caller(), every, after=after, limit=asked["limit"])
    if page.following is None:
        return page.rows
    following = url_for("api.user_tasks", limit=asked["limit"], after=token_of(page.following))
    return page.rows, HTTPStatus.OK, {"Link": f'<{following}>; rel="next"'}


@blueprint.route("/user-tasks/<id>/complete", methods=["POST"])
@blueprint.doc(security=[{"token": []}])
@blueprint.arguments(CompletionIn)
@blueprint.response(204)
def complete(body: dict[str, Any], id: str) -> Any:
    """Complete a user task; nothing is stored when a value or a rule is in the way."""
    flow().user_tasks.complete(id, body["values"], actor=caller())
    return None


@blueprint.route("/instances/<id>/earlier-steps", methods=["GET"])
@blueprint.doc(security=[{"token": []}])
@blueprint.response(200, EarlierStepOut(many=True))
def earlier_steps(id: str) -> Any:
    """Completed user tasks to which an operator can put the instance back."""
    return flow().going_back.steps(id, actor=caller())


@blueprint.route("/instances/<id>/earlier-steps/<step>", methods=["GET"])
@blueprint.doc(security=[{"token": []}])
@blueprint.response(200, ReturnOut)
def preview_of_going_back(id: str, step: str) -> Any:
    """What going back would do; nothing is changed."""
    return flow().going_back.preview(id, step, actor=caller())


@blueprint.route("/instances/<id>/earlier-steps/<step>/go-back", methods=["POST"])
@blueprint.doc(security=[{"token": []}])
@blueprint.arguments(ReasonIn)
@blueprint.response(200, ReturnOut)
def go_back(body: dict[str, Any], id: str, step: str) -> Any:
    """Put the instance back to before the user task was completed."""
    return flow().going_back.go_back(id, step, reason=body["reason"], actor=caller())

"""Tokens of one instance: where they are, and each skipped, moved or cancelled after a preview."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from flowcase.services.operating.token_moves import TokenAct
from flowcase.web.api.api_frame import ReasonIn, blueprint, caller, instant, needs
from flowcase.web.forms.typed_values import from_json, holds_codes_only, is_name
from flowcase.web.session import flow

MOST_VARIABLES = 20
_ELEMENT = ma.validate.Length(min=1, max=200)


def _check_codes(value: Any) -> None:
    if not holds_codes_only(value):
        raise ma.ValidationError("A variable holds codes, numbers, yes or no; never words about a person.")


def _check_name(name: str) -> None:
    if not is_name(name):
        raise ma.ValidationError("A name is letters a to z, digits and _.")


def _variables() -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(validate=_check_name),
        values=ma.fields.Raw(allow_none=True, validate=_check_codes),
        load_default=dict,
        validate=ma.validate.Length(max=MOST_VARIABLES),
        metadata={
            "description": "Results of the element that is skipped: codes, numbers, yes or no.",
            "example": {"svar_modtaget": True},
        },
    )


class TargetOut(ma.Schema):
    element = ma.fields.String(required=True)
    name = ma.fields.String(required=True)


class TokenOut(ma.Schema):
    """Somewhere a token is."""

    id = ma.fields.String(required=True, metadata={"description": "Of the element instance."})
    element = ma.fields.String(required=True, metadata={"example": "vurder"})
    name = ma.fields.String(required=True)
    status = ma.fields.String(
        required=True, metadata={"description": "active, waiting (at a join) or incident."}
    )
    targets = ma.fields.List(
        ma.fields.Nested(TargetOut), metadata={"description": "Elements of the same scope to move it to."}
    )


class TokenActIn(ma.Schema):
    """What would be done."""

    act = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(("skip", "move", "cancel")),
        metadata={"example": "move"},
    )
    target = ma.fields.String(
        load_default="", validate=ma.validate.Length(max=200), metadata={"description": "To move it to."}
    )
    variables = _variables()

    @ma.validates_schema
    def needs_a_target(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("act") == "move" and not data.get("target"):
            raise ma.ValidationError("The element to move to is missing.", "target")


class SkipIn(ReasonIn):
    variables = _variables()


class MoveIn(ReasonIn):
    target = ma.fields.String(required=True, validate=_ELEMENT, metadata={"example": "partshoering"})


class ChangeOut(ma.Schema):
    code = ma.fields.String(required=True, metadata={"example": "task_closed"})
    name = ma.fields.String(required=True, metadata={"description": "Of the element."})
    due_at = instant(allow_none=True)


class ForeseenOut(ma.Schema):
    changes = ma.fields.List(ma.fields.Nested(ChangeOut), required=True)
    stands_at = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "Where its tokens are afterwards."}
    )
    open_deadlines = ma.fields.Integer(
        required=True, metadata={"description": "Of its case: they run on, whatever happens to the token."}
    )
    obstacle = ma.fields.String(
        required=True, metadata={"description": "Empty when it is possible.", "example": "only_one"}
    )
    blocked = ma.fields.String(
        required=True, metadata={"description": "Name of the element that is the reason."}
    )


@blueprint.route("/instances/<id>/tokens", methods=["GET"])
@needs("instances:read")
@blueprint.response(200, TokenOut(many=True))
def tokens(id: str) -> Any:
    """Where its tokens are; none of an instance that is over. Reading it is noted in the case."""
    places = flow().token_moves.places(id, actor=caller())
    flow().reading_log.note_instance(id, actor=caller())
    return [
        {
            **vars(place),
            "id": place.element_instance,
            "targets": [{"element": element, "name": name} for element, name in place.targets],
        }
        for place in places
    ]


@blueprint.route("/instances/<id>/tokens/<token>/preview", methods=["POST"])
@needs("instances:read")
@blueprint.arguments(TokenActIn)
@blueprint.response(200, ForeseenOut)
def preview_token(body: dict[str, Any], id: str, token: str) -> Any:
    """What would happen; nothing is changed. Reading it is noted in the case."""
    act = TokenAct(body["act"], body["target"], from_json(body["variables"]))
    foreseen = flow().token_moves.preview(id, token, act, actor=caller())
    flow().reading_log.note_instance(id, actor=caller())
    return foreseen


@blueprint.route("/instances/<id>/tokens/<token>/skip", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(SkipIn)
@blueprint.response(204)
def skip_token(body: dict[str, Any], id: str, token: str) -> Any:
    """Go on behind the element, with results that it did not have itself."""
    _do(id, token, TokenAct("skip", variables=from_json(body["variables"])), body)


@blueprint.route("/instances/<id>/tokens/<token>/move", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(MoveIn)
@blueprint.response(204)
def move_token(body: dict[str, Any], id: str, token: str) -> Any:
    """End what waits there, and begin another element of the same scope."""
    _do(id, token, TokenAct("move", target=body["target"]), body)


@blueprint.route("/instances/<id>/tokens/<token>/cancel", methods=["POST"])
@needs("instances:write")
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def cancel_token(body: dict[str, Any], id: str, token: str) -> Any:
    """End what waits there and nothing else; never the last token of an instance."""
    _do(id, token, TokenAct("cancel"), body)


def _do(id: str, token: str, act: TokenAct, body: dict[str, Any]) -> None:
    flow().token_moves.do(id, token, act, reason=body["reason"], actor=caller())

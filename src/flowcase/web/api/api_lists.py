"""Saved lists of user tasks, each account its own: kept, renamed, deleted, shared, withdrawn."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

import marshmallow as ma

from flowcase import errors
from flowcase.services.tasks.saved_lists import LONGEST_NAME
from flowcase.web.api.api_frame import blueprint, caller, needs
from flowcase.web.session import flow
from flowcase.web.tasks.inbox_addresses import asked_for

_LONGEST_QUERY = 1000


def _check_query(text: str) -> None:
    asked = dict(parse_qsl(text, keep_blank_values=True))
    _, meant = asked_for(asked)
    if strange := sorted(set(asked) - set(meant)):
        raise ma.ValidationError(
            f"Expected an address of Mine opgaver; it does not know: {', '.join(strange)}."
        )


class ListShareOut(ma.Schema):
    id = ma.fields.String(required=True)
    person = ma.fields.String(required=True, metadata={"description": "With whom.", "example": "omar.syd"})


class SavedListIn(ma.Schema):
    name = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=LONGEST_NAME),
        metadata={"example": "Mine i nord", "description": "Nothing about a child or a family."},
    )
    query = ma.fields.String(
        load_default="",
        validate=[ma.validate.Length(max=_LONGEST_QUERY), _check_query],
        metadata={
            "example": "frist=uge&fakta=distrikt&vaerdi=nord",
            "description": "What stands behind `?` in the address of the list on *Mine opgaver*.",
        },
    )


class ListRenameIn(ma.Schema):
    name = ma.fields.String(required=True, validate=ma.validate.Length(min=1, max=LONGEST_NAME))
    to = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=LONGEST_NAME),
        metadata={"example": "Mine i syd", "description": "Nothing about a child or a family."},
    )


class SavedListOut(ma.Schema):
    name = ma.fields.String(required=True)
    query = ma.fields.String(required=True)
    team = ma.fields.String(allow_none=True, metadata={"description": "With which a leader shares it."})
    shared_by = ma.fields.String(allow_none=True, metadata={"description": "None for the account's own."})
    share = ma.fields.String(allow_none=True, metadata={"description": "Id of a colleague's share."})
    shares = ma.fields.List(ma.fields.Nested(ListShareOut), metadata={"description": "Of one's own."})


class ListShareIn(ma.Schema):
    name = ma.fields.String(required=True, validate=ma.validate.Length(min=1, max=LONGEST_NAME))
    person = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=200),
        metadata={"example": "omar.syd", "description": "The colleague's user name; they are told."},
    )


@blueprint.route("/saved-lists", methods=["GET"])
@needs("lists:read")
@blueprint.response(200, SavedListOut(many=True))
def saved_lists() -> Any:
    """This account's own lists with whom it shares each, and those that others share with it."""
    return _lists()


@blueprint.route("/saved-lists", methods=["POST"])
@needs("lists:write")
@blueprint.arguments(SavedListIn)
@blueprint.response(201, SavedListOut)
def save_list(asked: dict[str, Any]) -> Any:
    """Keep a list; one of the same name is replaced, also for those whom it is shared with."""
    query = urlencode(asked_for(dict(parse_qsl(asked["query"])))[1])
    try:
        flow().saved_lists.save(asked["name"], query, actor=caller())
    except errors.InvalidValues as error:
        raise errors.InvalidValues("a saved list", {"name": error.errors["navn"]}) from None
    return _own(asked["name"])


@blueprint.route("/saved-lists/rename", methods=["POST"])
@needs("lists:write")
@blueprint.arguments(ListRenameIn)
@blueprint.response(200, SavedListOut)
def rename_list(asked: dict[str, Any]) -> Any:
    """Call one of one's own otherwise; its shares stay. The name of another list is refused (422)."""
    try:
        flow().saved_lists.rename(asked["name"], asked["to"], actor=caller())
    except errors.InvalidValues as error:
        raise errors.InvalidValues("a saved list", {"to": error.errors["navn"]}) from None
    return _own(asked["to"])


@blueprint.route("/saved-lists/delete", methods=["POST"])
@needs("lists:write")
@blueprint.arguments(ma.Schema.from_dict({"name": ma.fields.String(required=True)}, name="ListName"))
@blueprint.response(204)
def delete_list(asked: dict[str, Any]) -> Any:
    """Delete one of one's own; its shares end with it. Also fine when there is none of this name."""
    flow().saved_lists.delete(asked["name"], actor=caller())


@blueprint.route("/list-shares", methods=["POST"])
@needs("lists:write")
@blueprint.arguments(ListShareIn)
@blueprint.response(201, ListShareOut)
def share_list(asked: dict[str, Any]) -> Any:
    """Share a list of one's own with a colleague, who is told and sees by it what they may see anyway."""
    try:
        flow().list_shares.share(asked["name"], asked["person"], actor=caller())
    except errors.InvalidValues as error:
        raise errors.InvalidValues("sharing a list", {"person": error.errors["kollega"]}) from None
    shared = flow().list_shares.of(caller())[asked["name"]]
    return next(each for each in shared if each.person == asked["person"])


@blueprint.route("/list-shares/<id>", methods=["DELETE"])
@needs("lists:write")
@blueprint.response(204)
def end_list_share(id: str) -> Any:
    """Withdraw it, by its owner or by whom it is shared with; also fine when it has ended already."""
    flow().list_shares.end(id, actor=caller())


def _own(name: str) -> dict[str, Any]:
    kept = " ".join(name.split())
    return next(each for each in _lists() if each["name"] == kept and each["shared_by"] is None)


def _lists() -> list[dict[str, Any]]:
    shares = flow().list_shares.of(caller())
    return [
        {
            "name": row.name,
            "query": row.query,
            "team": row.team,
            "shared_by": row.shared_by,
            "share": row.share,
            "shares": shares.get(row.name, []) if row.is_own else [],
        }
        for row in flow().saved_lists.list(caller())
    ]

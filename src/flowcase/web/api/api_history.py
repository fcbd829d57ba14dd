"""The history of everything: for auditors' programs, with filters, a page at a time."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from flowcase.history.exports.plain import jsonable
from flowcase.services.auditing.exports import PURPOSES
from flowcase.services.auditing.history_search import Asked
from flowcase.web.api.api_cases import EventOut
from flowcase.web.api.api_frame import blueprint, caller, needs
from flowcase.web.forms.api_pages import Found, PageIn, PlaceField, paged, place_in_history
from flowcase.web.session import flow

_FILTERS = ("case", "instance", "process", "kind", "actor", "rule", "element", "request", "first", "last")


class HistoryIn(PageIn):
    """Which events; what is left out leaves nothing out. Days are whole local days, both included."""

    case = ma.fields.String(metadata={"example": "SAG-2601"})
    instance = ma.fields.String()
    process = ma.fields.String(metadata={"example": "underretning"})
    kind = ma.fields.String(metadata={"example": "DeadlineMet"})
    actor = ma.fields.String(metadata={"example": "karen.fp"})
    rule = ma.fields.String(metadata={"example": "T-04"})
    element = ma.fields.String(metadata={"example": "vurder"})
    request = ma.fields.String(
        metadata={
            "example": "5f0c2a9be11d4763",
            "description": "As in header X-Request-Id, or the id of a batch or a move: what it led to.",
        }
    )
    first = ma.fields.Date(metadata={"example": "2026-03-01"})
    last = ma.fields.Date(metadata={"example": "2026-03-31"})
    purpose = ma.fields.String(
        load_default="",
        validate=ma.validate.OneOf(("", *PURPOSES)),
        metadata={"description": "What it is looked for; kept in the history."},
    )
    after = PlaceField(place_in_history)


class FoundEventOut(EventOut):
    case = ma.fields.String(allow_none=True)
    process = ma.fields.String(allow_none=True)
    element_name = ma.fields.String()


@blueprint.route("/history", methods=["GET"])
@needs("history:read")
@blueprint.arguments(HistoryIn, location="query")
@blueprint.response(200, FoundEventOut(many=True))
def history(asked: dict[str, Any]) -> Any:
    """Events of all streams, newest first. Looking is an event itself.

    A page may hold fewer events than `limit`; there are more as long as header `Link` is there.
    """
    wanted = Asked(**{name: asked.get(name) for name in _FILTERS})

    def find(after: Any, limit: int) -> Found:
        found = flow().history_search.page(
            wanted, purpose=asked["purpose"], actor=caller(), after=after, limit=limit, page="api"
        )
        lines = [{**vars(line), "values": jsonable(dict(line.values))} for line in found.lines]
        return lines, found.following

    return paged(asked, find)

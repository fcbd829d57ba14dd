"""Cases are listed and read: open facts, deadlines and history, as far as class K0 goes."""

from __future__ import annotations

from functools import partial
from typing import Any

import marshmallow as ma

from flowcase.cases.entities import DataClass
from flowcase.history.exports.line import values_of
from flowcase.history.exports.plain import jsonable
from flowcase.services.case_files.cases import Case
from flowcase.web.api.api_frame import blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import PageIn, paged
from flowcase.web.session import flow


class CasesIn(PageIn):
    """Which cases; what is left out leaves nothing out."""

    status = ma.fields.String(metadata={"example": "undersoegelse"})
    team = ma.fields.String(metadata={"example": "familieteam_syd"})
    is_open = ma.fields.Boolean(metadata={"example": True})


class CaseOut(ma.Schema):
    code = ma.fields.String(required=True, metadata={"example": "SAG-2601"})
    status = ma.fields.String(allow_none=True, metadata={"example": "undersoegelse"})
    team = ma.fields.String(allow_none=True)
    caseworker = ma.fields.String(allow_none=True)
    rule_set = ma.fields.String(metadata={"example": "maanedsmodel"})
    rule_set_version = ma.fields.String()
    opened_at = instant()
    closed_at = instant(allow_none=True)
    outcome = ma.fields.String(allow_none=True)
    erased_at = instant(allow_none=True)


class CaseWithFactsOut(CaseOut):
    facts = ma.fields.Dict(metadata={"description": "Open facts, class K0."})


class DeadlineOut(ma.Schema):
    """A deadline with what answers "why this date?"."""

    id = ma.fields.String()
    rule = ma.fields.String(metadata={"example": "T-04"})
    status = ma.fields.String(metadata={"example": "open"})
    due_at = instant()
    internal_target = ma.fields.Date(allow_none=True)
    rule_set = ma.fields.String()
    rule_set_version = ma.fields.String()
    legal_basis = ma.fields.String()
    start_fact = ma.fields.String()
    amount = ma.fields.Integer(allow_none=True)
    unit = ma.fields.String()
    opened_at = instant()
    met_at = instant(allow_none=True)
    breached_at = instant(allow_none=True)
    cancelled_at = instant(allow_none=True)
    days_late = ma.fields.Integer(allow_none=True)
    responsible = ma.fields.String(allow_none=True)


class CaseHistoryIn(ma.Schema):
    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    after = ma.fields.Integer(
        load_default=0,
        validate=ma.validate.Range(min=0, max=2**53),
        metadata={"description": "Number of the last event of the page before."},
    )


class EventOut(ma.Schema):
    seq = ma.fields.Integer(required=True, metadata={"description": "Number in its stream."})
    stream = ma.fields.String(metadata={"example": "case:SAG-2601"})
    at = instant(required=True)
    kind = ma.fields.String(required=True, metadata={"example": "DeadlineMet"})
    actor = ma.fields.String(required=True)
    instance = ma.fields.String(allow_none=True)
    element = ma.fields.String(allow_none=True)
    values = ma.fields.Dict(metadata={"description": "What class K0 lets out."})


@blueprint.route("/cases", methods=["GET"])
@needs("cases:read")
@blueprint.arguments(CasesIn, location="query")
@blueprint.response(200, CaseOut(many=True))
def cases(asked: dict[str, Any]) -> Any:
    """The cases that this account may see, newest first, a page at a time."""
    wanted: dict[str, Any] = {name: asked.get(name) for name in ("status", "team", "is_open")}
    return paged(asked, partial(flow().cases.page, actor=caller(), **wanted))


@blueprint.route("/cases/<code>", methods=["GET"])
@needs("cases:read")
@blueprint.response(200, CaseWithFactsOut)
def case(code: str) -> Any:
    """One case; reading it is noted in the case."""
    found = _read(code)
    return {**vars(found), "facts": jsonable(dict(found.facts))}


@blueprint.route("/cases/<code>/deadlines", methods=["GET"])
@needs("cases:read")
@blueprint.response(200, DeadlineOut(many=True))
def deadlines(code: str) -> Any:
    """Every deadline of a case."""
    _read(code)
    return flow().deadlines.of_case(code)


@blueprint.route("/cases/<code>/history", methods=["GET"])
@needs("history:read")
@blueprint.arguments(CaseHistoryIn, location="query")
@blueprint.response(200, EventOut(many=True))
def case_history(asked: dict[str, Any], code: str) -> Any:
    """What happened in a case, oldest first; the next page begins behind the last event's number."""
    rows = flow().history.of_case(code, actor=caller(), after=asked["after"], limit=asked["limit"])
    flow().reading_log.note(code, page="history", actor=caller())
    return [
        {
            **{name: getattr(row, name) for name in ("seq", "stream", "at", "kind", "actor", "instance")},
            "element": row.element,
            "values": jsonable(values_of(row.event, DataClass.K0, lambda value: value)),
        }
        for row in rows
        if row.event is not None
    ]


def _read(code: str) -> Case:
    found = flow().cases.get(code, actor=caller())
    flow().reading_log.note(code, page="case", actor=caller())
    return found

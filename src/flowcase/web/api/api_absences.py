"""Absences: listed, reported, changed, ended and called off by the programs of whoever leads people."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import marshmallow as ma

from flowcase import errors
from flowcase.services.staffing.absences import FIRST, LAST, Absence
from flowcase.services.tasks.caseload_moves import Moved
from flowcase.web.api.api_frame import blueprint, caller, needs
from flowcase.web.forms.api_pages import Found, PageIn, PlaceField, paged
from flowcase.web.session import flow

DEPUTY = "stedfortraeder"  # field of form F-C5
_KEYS = {FIRST: "first", LAST: "last", DEPUTY: "deputy"}  # what the form calls otherwise than the API
_MOST_CASES = 500


def _token_of(place: tuple[Any, ...]) -> str:
    return "\n".join(str(part) for part in place)


def _place_from(token: str) -> tuple[dt.date, str, str, dt.date, bool] | None:
    """As `Absence.place`; None for a token that was damaged on its way."""
    try:
        first, person, deputy, last, is_under_way = token.split("\n")
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return None
    return days[0], person, deputy, days[1], is_under_way == str(True)


def _person(**more: Any) -> ma.fields.String:
    return ma.fields.String(
        validate=ma.validate.Length(min=1, max=200), metadata={"example": "camilla.syd"}, **more
    )


class AbsencePageIn(PageIn):
    person = _person()
    after = PlaceField(_place_from)


class AbsenceOut(ma.Schema):
    """Somebody is away, or will be; never why."""

    id = ma.fields.String(
        allow_none=True, metadata={"description": "None where only a case tells of it.", "example": None}
    )
    person = ma.fields.String(required=True, metadata={"example": "camilla.syd"})
    deputy = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Who does their user tasks of these cases.", "example": "omar.syd"},
    )
    first = ma.fields.Date(required=True, metadata={"description": "The first day."})
    last = ma.fields.Date(required=True, metadata={"description": "The last day, which is included."})
    is_under_way = ma.fields.Boolean(required=True)
    cases = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "In which the deputy stands in.", "example": ["SAG-2588"]},
    )
    reported_by = ma.fields.String(allow_none=True, metadata={"example": "loensystem"})


class AbsenceIn(ma.Schema):
    """Who is away and when; with a deputy also the rest of form F-C5."""

    person = _person(required=True)
    first = ma.fields.Date(required=True, metadata={"example": "2026-07-06"})
    last = ma.fields.Date(required=True, metadata={"example": "2026-07-24"})
    deputy = _person(load_default=None, allow_none=True)
    cases = ma.fields.List(
        ma.fields.String(validate=ma.validate.Length(min=1, max=200)),
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(min=1, max=_MOST_CASES),
        metadata={
            "description": "In which the deputy stands in; without them, in every open case of the person.",
            "example": None,
        },
    )
    values = ma.fields.Dict(
        keys=ma.fields.String(),
        load_default=dict,
        metadata={
            "description": "The other fields of form F-C5 by key; only with a deputy.",
            "example": {},
        },
    )

    @ma.validates_schema
    def _deputy_or_nothing_of_one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("deputy"):
            return
        if wrong := [name for name in ("cases", "values") if data.get(name)]:
            raise ma.ValidationError({name: ["Expected a deputy with it."] for name in wrong})


class PersonBackIn(ma.Schema):
    person = _person(required=True)


class LastDayIn(PersonBackIn):
    last_before = ma.fields.Date(
        required=True, metadata={"description": "As it stands now.", "example": "2026-07-24"}
    )
    last = ma.fields.Date(required=True, metadata={"example": "2026-07-31"})


class AbsenceCalledOffIn(PersonBackIn):
    first = ma.fields.Date(required=True, metadata={"example": "2026-07-06"})
    last = ma.fields.Date(required=True, metadata={"example": "2026-07-24"})


class RefusedCaseOut(ma.Schema):
    case = ma.fields.String(required=True, metadata={"example": "SAG-2588"})
    detail = ma.fields.String(required=True)
    rules = ma.fields.List(ma.fields.String(), metadata={"description": "That stand against it."})


class AbsencesOfOneOut(ma.Schema):
    """What holds of the person now, and what became of each case."""

    absences = ma.fields.List(ma.fields.Nested(AbsenceOut), required=True)
    cases = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "In which it was done, or done before."}
    )
    refused = ma.fields.List(ma.fields.Nested(RefusedCaseOut), required=True)


@blueprint.route("/absences", methods=["GET"])
@needs("absences:read")
@blueprint.arguments(AbsencePageIn, location="query")
@blueprint.response(200, AbsenceOut(many=True))
def absences(asked: dict[str, Any]) -> Any:
    """Absences, announced or under way, of those whom this account leads; the first day first.

    With `person` those of one; somebody whom the account does not lead is refused (403).
    """
    return paged(asked, partial(_page, asked.get("person")), token=_token_of)


@blueprint.route("/absences", methods=["POST"])
@needs("absences:write")
@blueprint.arguments(AbsenceIn)
@blueprint.response(200, AbsencesOfOneOut)
def report_absence(body: dict[str, Any]) -> Any:
    """Somebody is away from the first day to the last, both included.

    What overlaps with what was reported before becomes one absence; what is reported already changes
    nothing. Each case goes its own way: one that cannot be is told under `refused`, the others are done.
    """
    person: str = body["person"]
    cases: list[str] = []
    values = {FIRST: body["first"].isoformat(), LAST: body["last"].isoformat()}
    if body["deputy"]:
        held = [each.code for each in flow().caseload_moves.caseload(person, actor=caller())]
        cases = held if body["cases"] is None else body["cases"]
        values = {**body["values"], **values, DEPUTY: body["deputy"]}
    try:
        moved = flow().caseload_moves.report_absence(person, cases, values, actor=caller())
    except errors.InvalidValues as wrong:
        raise _named(wrong) from None
    return _told(person, moved)


@blueprint.route("/absences/end", methods=["POST"])
@needs("absences:write")
@blueprint.arguments(PersonBackIn)
@blueprint.response(200, AbsencesOfOneOut)
def end_absence(body: dict[str, Any]) -> Any:
    """The person is back: what is under way ends, in every case. Missing (404) where nothing is."""
    return _told(body["person"], flow().caseload_moves.end_absence(body["person"], actor=caller()))


@blueprint.route("/absences/last-day", methods=["POST"])
@needs("absences:write")
@blueprint.arguments(LastDayIn)
@blueprint.response(200, AbsencesOfOneOut)
def change_last_day(body: dict[str, Any]) -> Any:
    """What is under way or announced until one day lasts until another, and so does the deputy.

    Today is the earliest, and the first day where it is announced. Where the person is away no longer, nobody
    stands in longer in any case. Missing (404) where nothing lasts until `last_before`.
    """
    person, values = body["person"], {LAST: body["last"].isoformat()}
    try:
        moved = flow().caseload_moves.change_last_day(person, body["last_before"], values, actor=caller())
    except errors.InvalidValues as wrong:
        raise _named(wrong) from None
    return _told(person, moved)


@blueprint.route("/absences/call-off", methods=["POST"])
@needs("absences:write")
@blueprint.arguments(AbsenceCalledOffIn)
@blueprint.response(200, AbsencesOfOneOut)
def call_off_absence(body: dict[str, Any]) -> Any:
    """What was announced within these days will not be; what has begun goes on. Missing (404) as above."""
    days = body["first"], body["last"]
    return _told(
        body["person"], flow().caseload_moves.call_off_absence(body["person"], *days, actor=caller())
    )


def _page(person: str | None, after: Any, limit: int) -> Found:
    if person is not None and person != caller().id:
        flow().caseload_moves.person(person, actor=caller())
    rows = [
        row
        for row in flow().absences.shown_to(caller())
        if (person is None or row.person == person) and (after is None or row.place > after)
    ]
    return rows[:limit], rows[limit - 1].place if len(rows) > limit else None


def _told(person: str, moved: Moved) -> dict[str, Any]:
    wrong = next((each for each in moved.not_done.values() if isinstance(each, errors.InvalidValues)), None)
    if wrong is not None and not moved.done:
        raise _named(wrong)
    now: list[Absence] = [row for row in flow().absences.shown_to(caller()) if row.person == person]
    refused = [
        {"case": code, "detail": str(error), "rules": list(getattr(error, "rules", ()))}
        for code, error in moved.not_done.items()
    ]
    return {"absences": now, "cases": moved.done, "refused": refused}


def _named(wrong: errors.InvalidValues) -> errors.InvalidValues:
    """By the fields of the request."""
    return errors.InvalidValues(
        "an absence", {_KEYS.get(field, field): said for field, said in wrong.errors.items()}
    )

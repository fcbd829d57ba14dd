"""The history as a file in formats that other programs read; for auditors' programs."""

from __future__ import annotations

import functools
from typing import Any

import marshmallow as ma

from flowcase.cases.entities import DataClass
from flowcase.history.exports import FORMATS
from flowcase.services.auditing.exports import PURPOSES, Asked
from flowcase.web.api.api_frame import blueprint, caller, needs
from flowcase.web.auditing import history_exports
from flowcase.web.session import flow

_CLASSES = [each.value for each in DataClass]


class ExportIn(ma.Schema):
    """Which events; what is left out leaves nothing out. Days are whole local days, both included."""

    format = ma.fields.String(required=True, validate=ma.validate.OneOf(list(FORMATS)))
    purpose = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(PURPOSES),
        metadata={"description": "What it is for; kept in the history."},
    )
    case = ma.fields.String(metadata={"example": "SAG-2601"})
    process = ma.fields.String(metadata={"example": "underretning"})
    first = ma.fields.Date(metadata={"example": "2026-03-01"})
    last = ma.fields.Date(metadata={"example": "2026-03-31"})
    data_class = ma.fields.String(load_default="K0", validate=ma.validate.OneOf(_CLASSES))
    names_actors = ma.fields.Boolean(
        load_default=False, metadata={"description": "Ids of people instead of pseudonyms."}
    )


def _asks_first(view: Any) -> Any:
    """Who may not export is told so whatever is asked for."""

    @functools.wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        flow().exports.check(caller())
        return view(*args, **kwargs)

    return answered


@blueprint.route("/history/export", methods=["GET"])
@needs("history:export")
@_asks_first
@blueprint.arguments(ExportIn, location="query")
@blueprint.response(200, {"type": "string"}, content_type="application/octet-stream", description="The file.")
def export(asked: dict[str, Any]) -> Any:
    """Events in order, as XES, OCEL 2.0, CSV or JSON lines; the answer comes as it is read.

    That it began and that it ended are events themselves. A file that broke off lacks its last line.
    """
    asked = dict(asked)
    format, purpose = asked.pop("format"), asked.pop("purpose")
    asked["data_class"] = DataClass(asked["data_class"])
    leaving = flow().exports.begin(format, Asked(**asked), purpose=purpose, actor=caller())
    answer = history_exports.sent(leaving, format)
    answer.headers["Content-Type"] = "application/octet-stream"
    return answer

"""The history as a file, from a page: which events, how confidential and what for is asked first."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_login import login_required

from flowcase.cases.civil_time import local_date
from flowcase.cases.entities import DataClass
from flowcase.errors import Erased, InvalidValues, NotFound
from flowcase.services.auditing.exports import PURPOSES, Asked, Export, Size
from flowcase.web.forms.asked_days import day, held, order
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("history_exports", __name__, url_prefix="/revision/eksport")

# format -> (what it is, how its file's name ends, media type)
FILES = {
    "xes": ("XES, til process mining", "xes", "application/xml"),
    "ocel": ("OCEL 2.0, til process mining med flere sager i samme forløb", "json", "application/json"),
    "csv": ("CSV, til regneark", "csv", "text/csv"),
    "jsonl": ("JSON lines, til arkiv", "jsonl", "application/jsonl"),
}
_CLASSES = {
    DataClass.K0: "Kun koder, tider og elementer (K0)",
    DataClass.K1: "Også navne og kontakter (K1)",
    DataClass.K2: "Det hele, også vurderinger og notater (K2)",
}
PURPOSE_WORDS = {
    "tilsyn": "Tilsyn",
    "revision": "Revision",
    "procesanalyse": "Analyse af forløb",
    "aktindsigt": "Aktindsigt",
    "klage": "Klage",
    "andet": "Andet",
}


@blueprint.get("")
@login_required
def ask() -> Any:
    """How much the filters of the address hold, and what the file is to be."""
    asked, problems = _asked(request.args)
    return _page(asked, problems)


@blueprint.post("")
@login_required
def make() -> Any:
    """The file, as it is read: however long it is, a page of it is in memory."""
    asked, problems = _asked(request.form)
    try:
        leaving = (
            None
            if problems
            else flow().exports.begin(
                request.form.get("format", ""), asked, purpose=request.form.get("formaal", ""), actor=actor()
            )
        )
    except InvalidValues as error:
        problems = {name: gettext(said[0]) for name, said in error.errors.items()}
    except NotFound as error:
        problems = _missing(error)
    if problems or leaving is None:
        return _page(asked, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    return sent(leaving, request.form["format"])


def sent(leaving: Export, format: str) -> Response:
    """An answer whose length nobody knows before its end; a file that broke off shows it."""
    _, ending, media_type = FILES[format]
    name = f"flowcase-{local_date(flow().clock.now())}.{ending}"
    answer = Response(iter(leaving), mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy in front must not gather it
    return answer


def _asked(given: Any) -> tuple[Asked, dict[str, str]]:
    problems: dict[str, str] = {}
    days = {}
    for name in ("fra", "til"):
        days[name], problem = day(given, name)
        if problem:
            problems[name] = problem
    if turned_round := order(days["fra"], days["til"]):
        problems["til"] = turned_round
    wanted = given.get("klasse", "") or DataClass.K0.value
    if wanted not in DataClass.__members__.values():
        problems["klasse"] = gettext("Vælg, hvor fortroligt det må være.")
        wanted = DataClass.K0.value
    return (
        Asked(
            case=given.get("sag", "").strip() or None,
            process=given.get("proces", "").strip() or None,
            first=days["fra"],
            last=days["til"],
            data_class=DataClass(wanted),
            names_actors=given.get("navne") == "1",
        ),
        problems,
    )


def _missing(error: NotFound) -> dict[str, str]:
    if error.kind == "process":
        return {"proces": gettext("Der er intet forløb af den proces.")}
    if isinstance(error, Erased):
        return {"sag": gettext("Indholdet er slettet og kan ikke hentes frem igen.")}
    return {"sag": gettext("Der er ingen sag med den kode.")}


def _page(asked: Asked, problems: dict[str, str]) -> str:
    size: Size | None = None
    if not problems:
        try:
            size = flow().exports.size(asked, actor=actor())
        except NotFound as error:
            problems = _missing(error)
    else:
        flow().exports.check(actor())
    names = {row.process: row.name for row in flow().deployments.definitions()}
    return render_template(
        "history_export.html",
        asked=asked,
        problems=problems,
        size=size,
        typed=dict(request.values.items()) | held(request.values, "fra", "til"),
        processes=sorted(names.items(), key=lambda each: each[1].casefold()),
        classes=[(each.value, gettext(_CLASSES[each])) for each in flow().exports.classes(actor())],
        formats=[(name, gettext(words)) for name, (words, _, _) in FILES.items()],
        purposes=[(each, gettext(PURPOSE_WORDS[each])) for each in PURPOSES],
    )

"""Simulér: ask what a change would do, watch it run, stop it, and read the report side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from markupsafe import Markup

from flowcase.access.groups import NAMES
from flowcase.errors import Conflict, InvalidValues
from flowcase.services.simulation.comparing import Figure
from flowcase.services.simulation.plots import PLOTTED, plots_of
from flowcase.services.simulation.report import (
    KINDS,
    Place,
    Report,
    as_json_text,
    basis,
    by_kind,
    label,
    number,
    said,
)
from flowcase.services.simulations import DRAFTS, Question, TakesLong
from flowcase.web import diagram_drawing
from flowcase.web.language import current, gettext
from flowcase.web.presenting import deadline_name
from flowcase.web.session import actor, flow

blueprint = Blueprint("simulations", __name__, url_prefix="/studie/simulering")

SEED = 20_260_105
REPLICATIONS = 8  # of a shipped question, by default
# How hot a place is: from which part of the hottest one's days on.
HEATS = ((0.5, 4), (0.2, 3), (0.05, 2), (0.0, 1))
SHOWN = frozenset({"waiting", "running"})
STATUSES: Mapping[str, str] = {
    "waiting": "venter",
    "running": "i gang",
    "done": "færdig",
    "stopped": "standset",
    "failed": "gik i stå",
}


@dataclass(frozen=True)
class Line:
    """A figure as it stands in a table."""

    label: str
    of: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Spot:
    """A user task on the diagram, in words."""

    name: str
    heat: int
    days: tuple[str, ...]  # of one of them, in each variant
    counts: tuple[str, ...]


@blueprint.get("")
@login_required
def index() -> Any:
    offers = flow().simulations.offers(actor=actor())
    most = max((offer.case_years for offer in offers), default=100.0)
    given = {
        "spoergsmaal": request.args.get("spoergsmaal", offers[0].id if offers else DRAFTS),
        "kladder_af": request.args.get("kladder_af", actor().id),
        "sagsaar": request.args.get("sagsaar", str(round(REPLICATIONS * most, -2)).partition(".")[0]),
        "froe": request.args.get("froe", str(SEED)),
        "historik": request.args.get("historik", ""),
    }
    return _page(given, {})


@blueprint.post("")
@login_required
def ask() -> Any:
    given = {
        name: request.form.get(name, "").strip()
        for name in ("spoergsmaal", "kladder_af", "sagsaar", "froe", "historik")
    }
    question = Question(
        given["spoergsmaal"],
        _whole(given["sagsaar"]),
        _whole(given["froe"]),
        drafts_of=given["kladder_af"],
        from_history=bool(given["historik"]),
        is_long_wanted=bool(request.form.get("alligevel")),
    )
    try:
        id = flow().simulations.ask(question, actor=actor())
    except TakesLong as long:
        return _page(given, long.errors, minutes=long.minutes), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidValues as refused:
        return _page(given, refused.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("simulations.show", id=id))


def _whole(text: str) -> int:
    """-1 for what is no number: the service says so beside the field."""
    text = text.replace(".", "").replace(" ", "")
    return int(text) if text.isdecimal() and len(text) < 18 else -1


def _page(given: Mapping[str, str], errors: Mapping[str, Sequence[str]], minutes: float = 0.0) -> str:
    simulations = flow().simulations
    offers = simulations.offers(actor=actor())
    english = {danish: text for offer in offers for danish, text in offer.english.items()}
    return render_template(
        "simulations.html",
        offers=offers,
        drafts=simulations.drafts(actor=actor()),
        earlier=simulations.all(actor=actor()),
        given=given,
        errors=errors,
        minutes=minutes,
        status=_status,
        asked_of_drafts=DRAFTS,
        spoken=lambda text: _spoken(text, english),
    )


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    """How far it is, or what it found."""
    row = flow().simulations.get(id, actor=actor())
    report = flow().simulations.report(id, actor=actor())
    told: dict[str, Any] = {"row": row, "status": _status, "report": report}
    told |= {"is_open": row.status in SHOWN, "is_fragment": "HX-Request" in request.headers}
    if report is not None:
        told |= _told(report) | _places(id, report)
    return render_template("simulation.html", **told)


@blueprint.post("/<id>/stands")
@login_required
def stop(id: str) -> Any:
    try:
        flow().simulations.stop(id, actor=actor())
    except Conflict:
        flash(gettext("Simuleringen er allerede slut."), "warning")
    return redirect(url_for("simulations.show", id=id))


@blueprint.get("/<id>/resultat.json")
@login_required
def result(id: str) -> Any:
    """Everything that was found, for other programs."""
    flow().simulations.get(id, actor=actor())
    report = flow().simulations.report(id, actor=actor())
    if report is None:
        abort(HTTPStatus.NOT_FOUND)
    headers = {"Content-Disposition": f'attachment; filename="simulering-{id}.json"'}
    return Response(as_json_text(report), mimetype="application/json", headers=headers)


# --- the report --------------------------------------------------------------------------------------


def _language() -> int:
    return 1 if current() == "en" else 0


def _spoken(text: str, english: Mapping[str, str]) -> str:
    """What a question says of itself, in the reader's language where the file has it."""
    return english.get(text, text) if current() == "en" else text


def _status(code: str) -> str:
    return gettext(STATUSES.get(code, code))


def _told(report: Report) -> dict[str, Any]:
    language, english = _language(), report.english
    titles = {code: names[language] for code, names in NAMES.items()}
    titles |= {name: _spoken(title, english) for name, title in report.titles.items()}
    rules = {figure.key.split("|")[1] for figure in report.figures if figure.key.startswith("deadline|")}
    titles |= {rule: f"{rule} {deadline_name(rule)}".strip() for rule in rules}
    plots = plots_of(report, titles, language)
    sections = [
        (
            kind,
            KINDS[kind][language],
            Markup(plots.get(kind, "")),  # noqa: S704 - drawn by us; every word in it is escaped there
            [_line(figure, titles, language) for figure in figures],
        )
        for kind, figures in by_kind(report.figures)
    ]
    return {
        "variants": [(each, _spoken(title, english)) for each, title in report.variants],
        "title": _spoken(report.title, english),
        "description": _spoken(report.description, english),
        "sections": sections,
        "basis": basis(report, language),
        "changes": list(_changes(report, titles, language)),
        "where": Markup(plots.get("places", "")),  # noqa: S704 - as above
        "number": lambda value: number(value, "", language),
    }


def _line(figure: Figure, titles: Mapping[str, str], language: int) -> Line:
    return Line(
        label(figure.key, titles, language),
        tuple(said(each, figure.key, language) for each in figure.of),
        tuple(said(each, figure.key, language, is_difference=True) for each in figure.differences[1:]),
    )


def _changes(report: Report, titles: Mapping[str, str], language: int) -> Iterator[Line]:
    """What is not chance, of the figures that are plotted."""
    for figure in report.figures:
        kind, _, rest = figure.key.partition("|")
        wanted = rest.rpartition("|")[2] in PLOTTED.get(kind, ())
        if wanted and any(each is not None and each.excludes_zero for each in figure.differences[1:]):
            yield _line(figure, titles, language)


def _places(id: str, report: Report) -> dict[str, Any]:
    """The diagram of one process with the places where time goes, and the same in words."""
    processes: dict[str, str] = {}
    for place in report.places:
        processes.setdefault(place.place.partition(".")[0], place.name.partition(": ")[0])
    if not processes:
        return {"processes": {}, "spots": [], "drawing": None}
    chosen = request.args.get("diagram", "")
    process = chosen if chosen in processes else next(iter(processes))
    ids = [each for each, _ in report.variants]
    asked = request.args.get("udgave", "")
    variant = ids.index(asked) if asked in ids else len(ids) - 1
    there = [place for place in report.places if place.place.startswith(f"{process}.")]
    hottest = max((place.days[variant] for place in there), default=0.0)
    spots = [_spot(place, _heat(place.days[variant], hottest)) for place in there]
    heats = {
        _element(place): f"heat{spot.heat}" for place, spot in zip(there, spots, strict=True) if spot.heat
    }
    notes = {
        _element(place): gettext("{days} dage").format(days=number(place.each(variant), "", _language()))
        for place in there
        if place.counts[variant]
    }
    content = flow().simulations.diagram(id, process, actor=actor())
    return {
        "processes": processes,
        "process": process,
        "variant": ids[variant],
        "spots": spots,
        "notes": notes,
        "drawing": None if content is None else diagram_drawing.drawn(content, heats),
    }


def _element(place: Place) -> str:
    return place.place.partition(".")[2]


def _spot(place: Place, heat: int) -> Spot:
    language, variants = _language(), range(len(place.days))
    return Spot(
        place.name.partition(": ")[2] or place.place,
        heat,
        tuple(number(place.each(variant), "", language) for variant in variants),
        tuple(number(place.counts[variant], "", language) for variant in variants),
    )


def _heat(days: float, hottest: float) -> int:
    if days <= 0:
        return 0
    return next(heat for share, heat in HEATS if days / hottest >= share)

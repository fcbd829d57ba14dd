"""The report of a simulation in the reader's language: side by side, and where time goes on the diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from markupsafe import Markup

from flowcase.access.groups import NAMES
from flowcase.services.simulation.comparing import Figure, Interval
from flowcase.services.simulation.plots import changed_figures, named_in_full, plots_of
from flowcase.services.simulation.report import (
    KINDS,
    MEANING,
    Place,
    Report,
    basis,
    by_kind,
    label,
    number,
    said,
)
from flowcase.web.language import current, gettext
from flowcase.web.pictures import diagram_drawing
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import deadline_name

# How hot a place is: from which part of the hottest one's days on.
HEATS = ((0.5, 4), (0.2, 3), (0.05, 2), (0.0, 1))


@dataclass(frozen=True)
class Line:
    """A figure as it stands in a table."""

    label: str
    of: tuple[str, ...]
    differences: tuple[tuple[str, str], ...]  # (text, what it is worth)


@dataclass(frozen=True)
class Spot:
    """A user task on the diagram, in words."""

    name: str
    heat: int
    days: tuple[str, ...]  # of one of them, in each variant
    counts: tuple[str, ...]


def _language() -> int:
    return 1 if current() == "en" else 0


def spoken(text: str, english: Mapping[str, str]) -> str:
    """What a question says of itself, in the reader's language where the file has it."""
    return english.get(text, text) if current() == "en" else text


def told(report: Report) -> dict[str, Any]:
    language, english = _language(), report.english
    titles = {code: names[language] for code, names in NAMES.items()}
    titles |= {name: spoken(title, english) for name, title in report.titles.items()}
    rules = {figure.key.split("|")[1] for figure in report.figures if figure.key.startswith("deadline|")}
    titles |= {rule: f"{rule} {deadline_name(rule)}".strip() for rule in rules}
    plots = plots_of(report, titles, language)
    sections = [
        (
            kind,
            KINDS[kind][language],
            MEANING.get(kind, ("", ""))[language],
            Markup(plots.get(kind, "")),  # noqa: S704 - drawn by us; every word in it is escaped there
            [_line(figure, titles, language) for figure in figures],
        )
        for kind, figures in by_kind(report.figures)
    ]
    return {
        "variants": [(each, spoken(title, english)) for each, title in report.variants],
        "title": spoken(report.title, english),
        "description": spoken(report.description, english),
        "sections": sections,
        "basis": basis(report, language),
        "changes": [
            replace(_line(figure, titles, language), label=named_in_full(figure.key, titles, language))
            for figure in changed_figures(report)
        ],
        "where": Markup(plots.get("places", "")),  # noqa: S704 - as above
        "number": lambda value: number(value, "", language),
    }


def _line(figure: Figure, titles: Mapping[str, str], language: int) -> Line:
    return Line(
        label(figure.key, titles, language),
        tuple(said(each, figure.key, language) for each in figure.of),
        tuple(
            (said(each, figure.key, language, is_difference=True), _worth(each))
            for each in figure.differences[1:]
        ),
    )


def _worth(difference: Interval | None) -> str:
    """Whether a difference can be mere chance, in words."""
    if difference is None or difference.half is None or difference.excludes_zero:
        return ""
    if difference.mean == difference.half == 0:
        return gettext("ingen forskel")
    return gettext("kan være tilfældigt")


def places(id: str, report: Report) -> dict[str, Any]:
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

"""The pages of where flows wait: a diagram coloured by how often its elements are reached, and figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.services.auditing.heat_maps import HeatMap, Measure, levels
from flowcase.web.forms import asked_days
from flowcase.web.language import gettext
from flowcase.web.pictures.diagram_drawing import Drawn, drawn
from flowcase.web.session import actor, flow
from flowcase.web.words import presenting
from flowcase.web.words.suspension_words import said

_MEASURES = {
    "antal": Measure.ENTERED,
    "venter": Measure.WAITING,
    "tid": Measure.TIME,
    "sent": Measure.OVERDUE,
}

blueprint = Blueprint("heat_maps", __name__, url_prefix="/varmekort")


@blueprint.get("")
@login_required
def index() -> Any:
    """Every process."""
    return render_template("heat_maps.html", rows=flow().heat_maps.processes(actor=actor()))


@blueprint.get("/<process>")
@login_required
def show(process: str) -> Any:
    """One version in a period; the address holds what was asked for."""
    days: dict[str, dt.date | None] = {}
    problems: dict[str, str] = {}
    for name in ("fra", "til"):
        days[name], problem = asked_days.day(request.args, name)
        if problem:
            problems[name] = problem
    if wrong := asked_days.order(days["fra"], days["til"]):
        problems["til"] = wrong
    asked_for = request.args.get("farver", "")
    measure = next((each for code, each in _MEASURES.items() if code == asked_for), Measure.ENTERED)
    version = request.args.get("udgave", type=int)
    found = flow().heat_maps.of_process(process, version, days["fra"], days["til"], actor=actor())
    asked = asked_days.held(request.args, "fra", "til")
    return render_template(
        "heat_map.html",
        map=found,
        drawing=_drawing(found, measure),
        measure=measure,
        measures=[(code, each, _told(each)) for code, each in _MEASURES.items()],
        problems=problems,
        asked=asked,
        lasted=lasted,
        suspended=flow().suspensions.in_force(process),
        said=said,
    )


def _told(measure: Measure) -> tuple[str, str]:
    """(what it is called, what number stands beside a step)."""
    return {
        Measure.ENTERED: (
            gettext("Hvor tit nået"),
            gettext("Tallet ved et trin er, hvor tit det er nået; jo mørkere, des oftere."),
        ),
        Measure.WAITING: (
            gettext("Hvor mange venter nu"),
            gettext("Tallet ved et trin er, hvor mange der venter i det nu; jo mørkere, des flere."),
        ),
        Measure.TIME: (
            gettext("Typisk tid"),
            gettext("Ved et trin står den typiske tid i det; jo mørkere, des længere."),
        ),
        Measure.OVERDUE: (
            gettext("Hvor mange for sent"),
            gettext(
                "Tallet ved et trin er, hvor mange opgaver der blev eller er for sent; jo mørkere, des flere."
            ),
        ),
    }[measure]


def _drawing(found: HeatMap, measure: Measure) -> Drawn | None:
    """The diagram with a colour for each element by what is asked for, and its number beside it."""
    plain = drawn(found.source, {})
    if plain is None:
        return None
    # Frames are drawn around steps and hold what these hold together: they would pale all the others.
    frames = {node.element for node in plain.nodes if node.form == "frame"}
    coloured = levels((heat for heat in found.heats if heat.element not in frames), measure)
    made = drawn(found.source, {element: f"heat{level}" for element, level in coloured.items()}) or plain
    numbers = {
        heat.element: lasted(heat.median)
        if measure is Measure.TIME
        else presenting.number(int(measure.of(heat)))
        for heat in found.heats
        if heat.element in coloured
    }
    nodes = [
        dataclasses.replace(
            node,
            lines=(
                *node.lines,
                (node.x + node.width - 2, node.y - 3, numbers[node.element]),
            ),
        )
        if node.element in numbers
        else node
        for node in made.nodes
    ]
    return dataclasses.replace(made, nodes=tuple(nodes))


def lasted(time: dt.timedelta | None) -> str:
    """How long, in the largest unit that says something."""
    if time is None:
        return "–"
    seconds = int(time.total_seconds())
    for unit, words in ((86400, gettext("{count} døgn")), (3600, gettext("{count} t."))):
        if seconds >= unit:
            return words.format(count=presenting.number(round(seconds / unit)))
    return gettext("{count} min.").format(count=round(seconds / 60))

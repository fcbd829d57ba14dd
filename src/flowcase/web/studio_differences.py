"""What differs between a draft and the file in force: both drawings with marks, and the list in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.errors import InvalidDefinition
from flowcase.modeling.difference import Change, Kind, differences, in_words
from flowcase.web import diagram_drawing
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("studio_differences", __name__, url_prefix="/studie/forskelle")


@dataclass(frozen=True)
class Line:
    """One change as it is listed."""

    words: str
    kind: str
    element: str
    is_first: bool  # of its element: the place that the drawings lead to


@blueprint.get("/<path:path>")
@login_required
def show(path: str) -> Any:
    """The draft (`fra`: whose, `kopi`: which) beside what is in force."""
    opened = flow().studio.open(
        path, copy=request.args.get("kopi", 0, type=int), of=request.args.get("fra"), actor=actor()
    )
    told: dict[str, Any] = {"opened": opened, "unreadable": (), "lines": [], "moved": [], "pictures": []}
    if opened.in_force is not None:
        old = flow().studio.in_force(path, actor=actor())
        try:
            changes = differences(path, old, opened.content)
        except InvalidDefinition as refused:
            told["unreadable"] = refused.findings
        else:
            told["lines"] = _lines([change for change in changes if not change.is_layout])
            told["moved"] = _lines([change for change in changes if change.is_layout])
            if path.endswith(".bpmn"):
                told["pictures"] = _pictures(old, opened.content, changes)
    return render_template("studio_differences.html", **told)


def _lines(changes: Sequence[Change]) -> list[Line]:
    seen: set[str] = set()
    lines = []
    for change in changes:
        element = change.place.id
        lines.append(Line(in_words(change, current()), change.kind, element, element not in seen))
        seen.add(element)
    return lines


def _pictures(
    old: bytes, new: bytes, changes: Sequence[Change]
) -> list[tuple[str, str, Any, Mapping[str, str]]]:
    """(title, id, drawing, what of it leads to which line) of both versions; none without a drawing."""
    real = [change for change in changes if not change.is_layout]
    states = {change.place.id: change.kind.value for change in real}
    links = {element: f"#aendring-{element}" for element in states}
    before = {id: kind for id, kind in states.items() if kind != Kind.ADDED}
    after = {id: kind for id, kind in states.items() if kind != Kind.REMOVED}
    both = [
        (gettext("I drift"), "foer", diagram_drawing.drawn(old, before), links),
        (gettext("Kladde"), "efter", diagram_drawing.drawn(new, after), links),
    ]
    return [each for each in both if each[2] is not None]

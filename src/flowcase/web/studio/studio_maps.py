"""Hvor bruges det, og landskabet: which diagrams use what, and all processes as one picture in outline."""

from __future__ import annotations

import textwrap
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import login_required

from flowcase.modeling.landscape import BOX, HEIGHT, Bond
from flowcase.modeling.where_used import Used
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("studio_maps", __name__, url_prefix="/studie")

_WIDTH = 26  # letters on a line of a box


@blueprint.get("/brug")
@login_required
def uses() -> Any:
    """Everything of one kind (`slags`) that can be used, with where."""
    found = flow().process_maps.uses(actor=actor())
    asked = request.args.get("slags", Used.PROCESS)
    kind = Used(asked) if asked in set(Used) else Used.PROCESS
    return render_template(
        "studio_uses.html",
        kinds=[(each.value, _kind(each), len(found.names(each))) for each in Used],
        kind=kind,
        heading=_kind(kind),
        rows=[(name, found.of(kind, name)) for name in found.names(kind)],
        found=found,
        label=_label,
    )


@blueprint.get("/brug/fil/<path:path>")
@login_required
def of_file(path: str) -> Any:
    """Where what a file defines is used, and what the file uses itself."""
    found = flow().process_maps.uses(actor=actor())
    defined = [(kind, name, found.of(kind, name)) for kind, name in found.defined_in(path)]
    if not defined:
        abort(404)
    by_kind = [
        (kind.value, _kind(kind), names)
        for kind in Used
        if (names := sorted({use.name for use in found.by(path) if use.kind is kind}))
    ]
    return render_template(
        "studio_uses_of_file.html",
        path=path,
        defined=defined,
        uses=by_kind,
        found=found,
        label=_label,
        Used=Used,
    )


@blueprint.get("/landskab")
@login_required
def landscape() -> Any:
    """Every process in force, and what goes from one to another."""
    picture, rows = flow().process_maps.landscape(actor=actor())
    boxes = [
        (box, rows[box.process], textwrap.wrap(rows[box.process].name, _WIDTH) or [box.process])
        for box in picture.boxes
    ]
    outline = []
    for box, row, _ in boxes:
        away = [(_bond(link.bond), link) for link in picture.links if link.source == box.process]
        towards = [(_bond(link.bond), link) for link in picture.links if link.target == box.process]
        outline.append((row, away, towards))
    return render_template(
        "studio_landscape.html",
        picture=picture,
        boxes=boxes,
        outline=outline,
        names={id: row.name for id, row in rows.items()},
        size=(BOX, HEIGHT),
    )


def _label(kind: Used, name: str) -> str:
    """A handler is called by its label, everything else as it is."""
    registered = flow().handlers.get(name) if kind is Used.HANDLER else None
    if registered is None:
        return name
    return f"{registered.en if current() == 'en' else registered.da} ({name})"


def _kind(kind: Used) -> str:
    return {
        Used.DECISION: gettext("Tabeller"),
        Used.FORM: gettext("Formularer"),
        Used.PROCESS: gettext("Processer"),
        Used.HANDLER: gettext("Handlere"),
        Used.RULE: gettext("Regler"),
    }[kind]


def _bond(bond: Bond) -> str:
    return {
        Bond.CALL: gettext("kald"),
        Bond.MESSAGE: gettext("besked"),
        Bond.SIGNAL: gettext("signal"),
    }[bond]

"""What differs between a draft and the file in force: both side by side with marks, and the list in words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.web.language import gettext
from flowcase.web.pictures.shown_differences import Shown, shown
from flowcase.web.session import actor, flow

blueprint = Blueprint("studio_differences", __name__, url_prefix="/studie/forskelle")


@blueprint.get("/<path:path>")
@login_required
def show(path: str) -> Any:
    """The draft (`fra`: whose, `kopi`: which) beside what is in force."""
    opened = flow().studio.open(
        path, copy=request.args.get("kopi", 0, type=int), of=request.args.get("fra"), actor=actor()
    )
    told = Shown()
    if opened.in_force is not None:
        old = flow().studio.in_force(path, actor=actor())
        told = shown(path, old, opened.content, (gettext("I drift"), gettext("Kladde")))
    return render_template("studio_differences.html", opened=opened, shown=told)

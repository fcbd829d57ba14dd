"""Two drafts of one file side by side: two of one's own to choose from, or one's own and a colleague's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict
from flowcase.web.language import gettext
from flowcase.web.pictures.shown_differences import shown
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import person

blueprint = Blueprint("studio_drafts", __name__, url_prefix="/studie/kladder")


@blueprint.get("/<path:path>")
@login_required
def compare(path: str) -> Any:
    """Draft `kopi` of one's own against `mod`: another of one's own, or that of `hos`."""
    copy, against = (request.args.get(name, 0, type=int) for name in ("kopi", "mod"))
    whose = request.args.get("hos")
    mine = flow().studio.open(path, copy=copy, actor=actor())
    other = flow().studio.open(path, copy=against, of=whose, actor=actor())
    titles = (_called(against, whose), _called(copy, None))
    return render_template(
        "studio_drafts.html",
        path=path,
        mine=mine,
        other=other,
        copies=(copy, against),
        whose=whose,
        titles=titles,
        shown=shown(path, other.content, mine.content, titles),
        may_choose=whose is None and copy != against and bool(mine.draft and other.draft),
    )


@blueprint.post("/<path:path>")
@login_required
def choose(path: str) -> Any:
    """Keep one of two drafts of one's own, and throw the other away."""
    keep, drop = (request.form.get(name, -1, type=int) for name in ("behold", "kasser"))
    seen = (request.form.get("behold_hash", ""), request.form.get("kasser_hash", ""))
    try:
        flow().kept_drafts.choose(path, keep=keep, drop=drop, seen=seen, actor=actor())
    except Conflict:
        flash(gettext("En af kladderne er gemt igen imens. Begge er bevaret; se forskellen igen."), "warning")
        return redirect(url_for("studio_drafts.compare", path=path, kopi=keep or None, mod=drop or None))
    return redirect(url_for("studio.edit", path=path, kopi=keep if drop else None))


def _called(copy: int, whose: str | None) -> str:
    if whose is not None:
        return gettext("Kladde af {name}").format(name=person(whose))
    return gettext("Din kopi {number}").format(number=copy) if copy else gettext("Din kladde")

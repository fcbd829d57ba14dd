"""Whom one's saved lists are shared with: each list with its colleagues, one form to share another."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import InvalidValues, NotFound
from flowcase.services.tasks.list_shares import MOST_RECEIVED
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import person

blueprint = Blueprint("list_shares", __name__)


@blueprint.get("/opgaver/gemte/deling")
@login_required
def index() -> Any:
    return _page()


@blueprint.post("/opgaver/gemte/deling")
@login_required
def share() -> Any:
    """Share one list with one colleague."""
    name, to = request.form.get("udvalg", ""), request.form.get("kollega", "")
    if not name or not to:
        return _page(gettext("Vælg både et udvalg og en kollega.")), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        flow().list_shares.share(name, to, actor=actor())
    except NotFound:
        return _page(gettext("Udvalget er slettet imens.")), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidValues as error:
        return _page(_why_not(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Udvalget er delt med {name}.").format(name=person(to)), "success")
    return redirect(url_for("list_shares.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/opgaver/gemte/deling/slut")
@login_required
def end() -> Any:
    """By its owner here, or by the colleague from the inbox."""
    flow().list_shares.end(request.form.get("deling", ""), actor=actor())
    flash(gettext("Udvalget er ikke længere delt."), "success")
    back = "inbox.mine" if request.form.get("fra") == "opgaver" else "list_shares.index"
    return redirect(url_for(back), HTTPStatus.SEE_OTHER)


def _why_not(error: InvalidValues) -> str:
    if error.errors["kollega"] == ["too many"]:
        said = gettext("Kollegaen har allerede {most} udvalg fra andre og kan fjerne et af dem først.")
        return said.format(most=MOST_RECEIVED)
    return gettext("Udvalget kan kun deles med en kollega i kommunen.")


def _page(problem: str = "") -> str:
    return render_template(
        "list_shares.html",
        lists=flow().list_shares.of(actor()),
        colleagues=flow().list_shares.colleagues(actor()),
        problem=problem,
        chosen=request.values,
    )

"""The public notification form: no sign-in, what a citizen can know, a receipt with a number."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from flowcase.access.actor import Actor
from flowcase.web.cases import intake
from flowcase.web.language import gettext
from flowcase.web.limiting import limiter
from flowcase.web.session import flow

blueprint = Blueprint("public", __name__)

FORM = "F-A1-offentlig"
TRAP = "hjemmeside"  # a field that is not shown
CITIZEN = Actor("citizen", kind="service")

LIMITS = {"PUBLIC_RECEIVED": "30 per hour", "PUBLIC_SENT": "600 per hour"}


def _came_in(response: Response) -> bool:
    return response.status_code == HTTPStatus.FOUND


@blueprint.record_once
def _limit(state: Any) -> None:
    for name, limit in LIMITS.items():
        state.app.config.setdefault(name, limit)
    limiter.init_app(state.app)


@blueprint.route("/underret", methods=["GET", "POST"])
@limiter.limit(lambda: current_app.config["PUBLIC_SENT"], methods=["POST"])
@limiter.limit(lambda: current_app.config["PUBLIC_RECEIVED"], methods=["POST"], deduct_when=_came_in)
def notify() -> Any:
    if request.form.get(TRAP):  # only a program fills in what nobody sees; a person loses nothing by it
        flash(gettext("Underretningen er ikke sendt endnu. Se den igennem, og send den igen."), "info")
        return _page(shows_only=True)
    answer = _page()
    if isinstance(answer, intake.Accepted):
        session["receipt"] = [answer.number, flow().clock.now().isoformat()]
        return redirect(url_for("public.receipt"))
    return answer


def show_again() -> Any:
    """The form as it was typed, for a browser whose page is older than its session; nothing is taken in."""
    flash(
        gettext(
            "Siden var for gammel til at blive sendt. Intet er gået tabt: se felterne igennem, og send igen."
        ),
        "info",
    )
    return _page(shows_only=True)


def _page(*, shows_only: bool = False) -> Any:
    title = gettext("Er du bekymret for et barn eller en ung?")
    return intake.take_in(FORM, source="public", actor=CITIZEN, title=title, shows_only=shows_only)


@blueprint.get("/underret/tak")
def receipt() -> Any:
    """The number of what this browser sent last; a reload sends nothing again."""
    found = session.get("receipt")
    if not found:
        return redirect(url_for("public.notify"))
    number, at = found
    return render_template("receipt.html", number=number, at=dt.datetime.fromisoformat(at))

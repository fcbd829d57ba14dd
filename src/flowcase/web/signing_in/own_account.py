"""What a person sees and decides about their own sign-in: sessions, and the second factor."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from flowcase.services.signing_in.second_factors import CodeRefused
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.signing_in import known_browsers, second_step

blueprint = Blueprint("own_account", __name__, url_prefix="/mig")


@blueprint.get("")
@login_required
def index() -> Any:
    return _page()


@blueprint.post("/sessioner/<id>/slut")
@login_required
def end_session(id: str) -> Any:
    flow().sessions.end_one(id, actor=actor())
    flash(gettext("Den browser er logget af."), "success")
    return redirect(url_for("own_account.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/sessioner/slut-andre")
@login_required
def end_others() -> Any:
    flow().sessions.end_others(current_user.secret, actor=actor())
    flash(gettext("Alle andre browsere er logget af."), "success")
    return redirect(url_for("own_account.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/totrin/koder")
@login_required
def renew_codes() -> Any:
    """Ten new recovery codes; the old ones are worth nothing."""
    try:
        codes = flow().second_factors.renew_recovery_codes(
            request.form.get("kode", ""), actor=actor(), source=known_browsers.source(actor().id)
        )
    except CodeRefused:
        return _page(gettext(second_step.WRONG))
    return render_template("recovery_codes.html", codes=codes, onward=url_for("own_account.index"))


@blueprint.post("/totrin/slut")
@login_required
def end_second_factor() -> Any:
    try:
        flow().second_factors.end(
            request.form.get("kode", ""), actor=actor(), source=known_browsers.source(actor().id)
        )
    except CodeRefused:
        return _page(gettext(second_step.WRONG))
    flash(gettext("Totrinslogin er slået fra."), "success")
    return redirect(url_for("own_account.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/totrin/ny-app")
@login_required
def replace_app() -> Any:
    """Another phone or app: the one before is worth nothing, and the new one is set up at once."""
    try:
        flow().second_factors.end(
            request.form.get("kode", ""),
            is_replaced=True,
            actor=actor(),
            source=known_browsers.source(actor().id),
        )
    except CodeRefused:
        return _page(gettext(second_step.WRONG))
    flash(gettext("Den gamle app gælder ikke længere. Sæt den nye op nu."), "success")
    return redirect(url_for("second_step.enrol"), HTTPStatus.SEE_OTHER)


def _page(error: str = "") -> Any:
    page = render_template(
        "own_account.html",
        error=error,
        sessions=flow().sessions.of(actor().id),
        this=current_user.session,
        standing=flow().second_factors.standing(actor().id),
        is_required=flow().second_factors.is_required(actor()),
        limits=flow().sessions.limits,
        ways=WAYS,
        has_password=flow().people.has_password(actor().id),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK


WAYS = {
    "password": "adgangskode",
    "password+totp": "adgangskode og kode fra app",
    "password+recovery": "adgangskode og nødkode",
    "oidc": "fælles log på",
}

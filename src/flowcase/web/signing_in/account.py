"""Signing in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, login_required, logout_user

from flowcase.services.signing_in.people import SignInFailed
from flowcase.web.language import gettext
from flowcase.web.limiting import limiter
from flowcase.web.session import flow
from flowcase.web.signed_cookie import mark_of_session
from flowcase.web.signing_in import kept_typing, known_browsers, new_password, second_step, way_back
from flowcase.web.signing_in.new_sessions import own_page, start_again
from flowcase.web.signing_in.single_sign_on import REFUSED, why_refused

blueprint = Blueprint("account", __name__)


@blueprint.record_once
def _limit(state: Any) -> None:
    state.app.config.setdefault("SIGN_INS_FAILED", "300 per hour")


def _failed(response: Response) -> bool:
    return response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.route("/log-paa", methods=["GET", "POST"])
@limiter.limit(
    lambda: current_app.config["SIGN_INS_FAILED"],
    methods=["POST"],
    deduct_when=_failed,
    exempt_when=known_browsers.is_known,
)
def sign_in() -> Any:
    back = way_back.asked()
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(way_back.back_for(current_user.actor.id, back))
    if request.method == "GET" and way_back.is_open(back) and mark_of_session():
        hidden = way_back.only_for(mark_of_session(), own_page(back))
        return redirect(url_for("account.sign_in", next=hidden or None))
    error = ""
    if request.method == "POST":
        name = request.form.get("bruger", "").strip()
        try:
            person = flow().people.authenticate(
                name, request.form.get("adgangskode", ""), source=known_browsers.source(name)
            )
        except SignInFailed:
            error = gettext(
                "Brugernavn eller adgangskode er forkert, eller der er prøvet for mange gange. "
                "Vent lidt, og prøv igen."
            )
        else:
            typed, back = request.form.get(kept_typing.TYPED, ""), way_back.back_for(person.id, back)
            if flow().people.must_change(person.id):
                return new_password.ask(person, back, typed)
            return second_step.ask_or_begin(person, back, typed)
    refused = session.pop(REFUSED, "")
    page = render_template(
        "sign_in.html",
        error=error,
        next=back,
        person=request.form.get("bruger", ""),
        waiting=kept_typing.waiting(request.form.get(kept_typing.TYPED, "")),
        refused=why_refused(refused) if refused else "",
        number=g.get("request_id", ""),
    )
    if refused and not error:
        return page, HTTPStatus.FORBIDDEN
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK


@blueprint.post("/log-af")
@login_required
def sign_out() -> Any:
    is_elsewhere_too = session.get("signed_in_by") == "oidc"
    flow().sessions.end(current_user.secret)
    logout_user()
    start_again()
    if is_elsewhere_too and flow().single_sign_on.is_offered:
        return redirect(url_for("single_sign_on.signed_out"))
    flash(gettext("Du er logget af."), "info")
    return redirect(url_for("account.sign_in"))

"""Signing in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

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
from flask_login import current_user, login_required, login_user, logout_user

from flowcase.access.actor import Actor
from flowcase.services.people import SignInFailed
from flowcase.web import kept_typing, known_browsers, new_password, second_step
from flowcase.web.language import gettext
from flowcase.web.public import limiter
from flowcase.web.session import SignedIn, flow
from flowcase.web.single_sign_on import REFUSED, why_refused

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
    back = own_page(request.values.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(back)
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
            return after_password(person, back, request.form.get(kept_typing.TYPED, ""))
    refused = session.pop(REFUSED, "")
    page = render_template(
        "sign_in.html",
        error=error,
        next=back,
        person=request.form.get("bruger", ""),
        typed=request.form.get(kept_typing.TYPED, ""),
        refused=why_refused(refused) if refused else "",
        number=g.get("request_id", ""),
    )
    if refused and not error:
        return page, HTTPStatus.FORBIDDEN
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK


def after_password(person: Actor, back: str, typed: str) -> Any:
    """What comes after the right password: another one, a code, or what was asked for."""
    if flow().people.must_change(person.id):
        return new_password.ask(person, back, typed)
    if second_step.is_asked_of(person):
        return second_step.ask(person, back)
    begin_session(person, "password")
    return kept_typing.back_to(typed) or redirect(back)


@blueprint.post("/log-af")
@login_required
def sign_out() -> Any:
    is_elsewhere_too = session.get("signed_in_by") == "oidc"
    flow().sessions.end(current_user.secret)
    logout_user()
    _start_again()
    if is_elsewhere_too and flow().single_sign_on.is_offered:
        return redirect(url_for("single_sign_on.signed_out"))
    flash(gettext("Du er logget af."), "info")
    return redirect(url_for("account.sign_in"))


def begin_session(person: Actor, by: str, elsewhere: str = "") -> None:
    """Sign the person in with this browser; what its session held before is worth nothing."""
    agent = request.user_agent.string
    secret = flow().sessions.begin(person.id, by=by, browser=browser_of(agent), elsewhere=elsewhere)
    _start_again()
    session.permanent = True
    session["signed_in_by"] = by
    login_user(SignedIn(person, secret))
    known_browsers.remember(person.id)


def browser_of(agent: str) -> str:
    """What a person knows their browser by, of what it says of itself."""
    name = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (name, system)))


_BROWSERS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def _start_again() -> None:
    """A session from before the sign-in, or of who signed out, is worth nothing afterwards."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def own_page(target: str | None) -> str:
    """Only a page of ours: never another host, never a scheme."""
    if target and target.startswith("/") and not target.startswith("//") and "\\" not in target:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and target.isprintable():
            return target
    return url_for("inbox.mine")

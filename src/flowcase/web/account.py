"""Signing in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required, login_user, logout_user

from flowcase.services.people import SignInFailed
from flowcase.web import kept_typing
from flowcase.web.language import gettext
from flowcase.web.session import SignedIn, flow

blueprint = Blueprint("account", __name__)


@blueprint.route("/log-paa", methods=["GET", "POST"])
def sign_in() -> Any:
    back = _own_page(request.values.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(back)
    error = ""
    if request.method == "POST":
        try:
            person = flow().people.authenticate(
                request.form.get("bruger", "").strip(), request.form.get("adgangskode", "")
            )
        except SignInFailed:
            error = gettext(
                "Brugernavn eller adgangskode er forkert, eller der er prøvet for mange gange. "
                "Vent lidt, og prøv igen."
            )
        else:
            _start_again()
            session.permanent = True
            login_user(SignedIn(person))
            return kept_typing.back_to(request.form.get(kept_typing.TYPED, "")) or redirect(back)
    page = render_template(
        "sign_in.html",
        error=error,
        next=back,
        person=request.form.get("bruger", ""),
        typed=request.form.get(kept_typing.TYPED, ""),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK


@blueprint.post("/log-af")
@login_required
def sign_out() -> Any:
    logout_user()
    _start_again()
    flash(gettext("Du er logget af."), "info")
    return redirect(url_for("account.sign_in"))


def _start_again() -> None:
    """A session from before the sign-in, or of who signed out, is worth nothing afterwards."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def _own_page(target: str | None) -> str:
    """Only a page of ours: never another host, never a scheme."""
    if target and target.startswith("/") and not target.startswith("//") and "\\" not in target:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and target.isprintable():
            return target
    return url_for("inbox.mine")

"""The second step of a sign-in: a code from an app or from paper; and setting the app up.

Between the steps nobody is signed in: the browser's signed cookie says whose password was right, for ten
minutes.
"""

from __future__ import annotations

import datetime as dt
import io
from http import HTTPStatus
from typing import Any

import segno
from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user
from markupsafe import Markup

from flowcase.access.actor import Actor
from flowcase.errors import Conflict
from flowcase.services.signing_in.second_factors import CodeRefused
from flowcase.web.language import gettext
from flowcase.web.limiting import limiter
from flowcase.web.session import actor, flow
from flowcase.web.signing_in import kept_typing, known_browsers
from flowcase.web.signing_in.new_sessions import begin_session, own_page

blueprint = Blueprint("second_step", __name__, url_prefix="/log-paa")

_HALF = "half_signed_in"
_HOLDS = dt.timedelta(minutes=10)


def _failed(response: Response) -> bool:
    return response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def ask_or_begin(person: Actor, back: str, typed: str) -> Any:
    """After the right password: the page that asks for a code, or what was asked for."""
    factors = flow().second_factors
    is_confirmed = factors.standing(person.id).is_confirmed
    if not (is_confirmed or factors.is_required(person)):
        begin_session(person, "password")
        return kept_typing.back_to(typed) or redirect(back)
    session[_HALF] = {"person": person.id, "at": flow().wall.now().isoformat(), "back": back}
    return _code_page(typed) if is_confirmed else _enrolment_page(person, typed)


@blueprint.route("/kode", methods=["GET", "POST"])
@limiter.limit(lambda: current_app.config["SIGN_INS_FAILED"], methods=["POST"], deduct_when=_failed)
def code() -> Any:
    """A code from the app, or one from paper."""
    person = _half()
    if person is None:
        return redirect(url_for("account.sign_in"))
    typed = request.form.get(kept_typing.TYPED, "")
    if "kode" not in request.form:  # asked for, or in the other language
        return _code_page(typed)
    back = own_page(session[_HALF]["back"])
    try:
        kind = flow().second_factors.check(
            person.id, request.form.get("kode", ""), source=known_browsers.source(person.id)
        )
    except CodeRefused:
        return _code_page(typed, gettext(WRONG))
    begin_session(person, f"password+{kind}")
    return kept_typing.back_to(typed) or redirect(back)


@blueprint.route("/ny-kode", methods=["GET", "POST"])
@limiter.limit(lambda: current_app.config["SIGN_INS_FAILED"], methods=["POST"], deduct_when=_failed)
def enrol() -> Any:
    """Set the app up; its first code puts it in use, and the recovery codes are shown this once."""
    half = _half()
    person = half if half is not None else actor() if current_user.is_authenticated else None
    if person is None:
        return redirect(url_for("account.sign_in"))
    if flow().second_factors.standing(person.id).is_confirmed:
        return redirect(url_for("second_step.code" if half else "own_account.index"))
    typed = request.form.get(kept_typing.TYPED, "")
    if "kode" not in request.form:
        return _enrolment_page(person, typed)
    try:
        codes = flow().second_factors.confirm(
            request.form.get("kode", ""), actor=person, source=known_browsers.source(person.id)
        )
    except CodeRefused:
        return _enrolment_page(person, typed, gettext(WRONG))
    except Conflict:  # set up in another window meanwhile
        return redirect(url_for("account.sign_in"))
    onward = url_for("own_account.index")
    if half is not None:
        onward = own_page(session[_HALF]["back"])
        begin_session(person, "password+totp")
        kept = kept_typing.back_to(typed)
        onward = getattr(kept, "location", None) or onward
    return render_template("recovery_codes.html", codes=codes, onward=onward)


WRONG = (
    "Koden passer ikke, er brugt, eller der er prøvet for mange gange. Vent på den næste kode, og prøv igen."
)


def _half() -> Actor | None:
    """Whose password was right a moment ago."""
    held = session.get(_HALF)
    if not held or flow().wall.now() > dt.datetime.fromisoformat(held["at"]) + _HOLDS:
        session.pop(_HALF, None)
        return None
    return flow().people.find(held["person"])


def _code_page(typed: str, error: str = "") -> Any:
    page = render_template("second_step.html", error=error, typed=typed)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK


def _enrolment_page(person: Actor, typed: str, error: str = "") -> Any:
    made = flow().second_factors.enrol(person.id)
    page = render_template(
        "second_factor_new.html",
        error=error,
        typed=typed,
        secret=" ".join(made.secret[at : at + 4] for at in range(0, len(made.secret), 4)),
        picture=qr_code(made.uri),
        is_required=flow().second_factors.is_required(person),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK


def qr_code(text: str) -> Markup:
    """As an SVG within the page, without styles: the content security policy forbids them."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", scale=5, border=4, light="#fff", xmldecl=False, svgns=True, nl=False
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here, of squares only

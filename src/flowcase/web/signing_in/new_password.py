"""Choosing another password: at the first sign-in with one that somebody else chose, or by one's own will."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required

from flowcase.access.actor import Actor
from flowcase.services.signing_in.passwords import LONGEST, SHORTEST, PasswordRefused
from flowcase.services.signing_in.people import SignInFailed
from flowcase.web.language import gettext
from flowcase.web.limiting import limiter
from flowcase.web.session import actor, flow
from flowcase.web.signing_in import known_browsers, second_step
from flowcase.web.signing_in.new_sessions import begin_session, own_page

blueprint = Blueprint("new_password", __name__)

_HALF = "password_to_change"
_HOLDS = dt.timedelta(minutes=10)


def ask(person: Actor, back: str, typed: str) -> Any:
    """The page that asks for another password, after the right one."""
    session[_HALF] = {"person": person.id, "at": flow().wall.now().isoformat(), "back": back}
    return _page(person.id, typed=typed)


@blueprint.route("/log-paa/ny-adgangskode", methods=["GET", "POST"])
def first() -> Any:
    """Before anything is seen: the password is to be known to nobody else."""
    person = _half()
    if person is None:
        return redirect(url_for("account.sign_in"))
    typed = request.form.get("skrevet", "")
    if "ny" not in request.form:  # asked for, or in the other language
        return _page(person.id, typed=typed)
    problems = _chosen(person)
    if problems:
        return _page(person.id, problems, typed=typed)
    back = own_page(session.pop(_HALF)["back"])
    return second_step.ask_or_begin(person, back, typed)


@blueprint.route("/mig/adgangskode", methods=["GET", "POST"])
@login_required
@limiter.limit(
    lambda: current_app.config["SIGN_INS_FAILED"],
    methods=["POST"],
    deduct_when=lambda answer: answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY,
)
def own() -> Any:
    """By one's own will: the old one is asked for, and every other browser is signed out."""
    person = actor()
    if not flow().people.has_password(person.id):
        return redirect(url_for("own_account.index"))
    if request.method == "GET":
        return _page(person.id, asks_old=True)
    try:
        source = known_browsers.source(person.id)
        flow().people.authenticate(person.id, request.form.get("gammel", ""), source=source)
    except SignInFailed:
        wrong = gettext("Din nuværende adgangskode er forkert, eller der er prøvet for mange gange.")
        return _page(person.id, {"gammel": wrong}, asks_old=True)
    problems = _chosen(person)
    if problems:
        return _page(person.id, problems, asks_old=True)
    begin_session(person, current_user.by)
    flash(gettext("Du har en ny adgangskode. Alle andre browsere er logget af."), "success")
    return redirect(url_for("own_account.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/adgangskode/styrke")
@limiter.limit(lambda: current_app.config["PASSWORDS_JUDGED"])
def strength() -> Any:
    """How strong what is being typed is, for who may choose a password now; it is judged and forgotten."""
    person = actor() if current_user.is_authenticated else _half()
    if person is None:
        abort(HTTPStatus.FORBIDDEN)
    judged = flow().people.strength_of(request.form.get("ny", ""), actor=person)
    good = {3: gettext("God: svær at gætte."), 4: gettext("Stærk: meget svær at gætte.")}
    said = _why(judged.because) if judged.because else good[judged.level]
    return {"level": judged.level, "said": said}


@blueprint.record_once
def _limit(state: Any) -> None:
    state.app.config.setdefault("PASSWORDS_JUDGED", "120 per minute")  # from one address, as one types


def _half() -> Actor | None:
    """Whose password was right a moment ago, and is to be changed still."""
    held = session.get(_HALF)
    if not held or flow().wall.now() > dt.datetime.fromisoformat(held["at"]) + _HOLDS:
        session.pop(_HALF, None)
        return None
    return flow().people.find(held["person"]) if flow().people.must_change(held["person"]) else None


def _chosen(person: Actor) -> dict[str, str]:
    """What is wrong with the new password, by field; nothing, when the person has it now."""
    new = request.form.get("ny", "")
    if new != request.form.get("gentag", ""):
        return {"gentag": gettext("De to adgangskoder er ikke ens.")}
    try:
        flow().people.choose_password(person.id, new, source=known_browsers.source(person.id))
    except PasswordRefused as error:
        return {"ny": _why(error.because)}
    return {}


def _why(because: str) -> str:
    words = {
        "short": gettext("Adgangskoden skal være på mindst {count} tegn.").format(count=SHORTEST),
        "long": gettext("Adgangskoden må højst være på {count} tegn.").format(count=LONGEST),
        "same": gettext("Vælg en anden adgangskode end den, du har."),
        "about": gettext(
            "Adgangskoden bygger på dit navn, dit brugernavn eller ord, som andre gætter her. "
            "Sæt for eksempel fire tilfældige ord sammen."
        ),
        "common": gettext(
            "Adgangskoden er blandt dem, som mange bruger, eller let at gætte. "
            "Sæt for eksempel fire tilfældige ord sammen."
        ),
        "leaked": gettext(
            "Adgangskoden står på lister over dem, der er lækket andre steder. "
            "Vælg en anden, og skift den også der, hvor du har brugt den."
        ),
    }
    return words[because]


def _page(
    person: str, problems: dict[str, str] | None = None, *, asks_old: bool = False, typed: str = ""
) -> Any:
    page = render_template(
        "new_password.html",
        person=person,
        problems=problems or {},
        asks_old=asks_old,
        typed=typed,
        shortest=SHORTEST,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK

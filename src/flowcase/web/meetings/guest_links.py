"""Guest links: the page of one item for an invited person from outside, and making and ending such links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import login_required

from flowcase.errors import Conflict, InvalidValues, NotFound, Refused
from flowcase.web.forms import asked_days, shown_once
from flowcase.web.language import current, gettext
from flowcase.web.limiting import limiter
from flowcase.web.meetings.meeting_calendars import MISSES, key_of_feed
from flowcase.web.meetings.meetings import shown
from flowcase.web.session import actor, flow
from flowcase.web.words import meeting_words
from flowcase.web.words.between_people import consent_purpose

if TYPE_CHECKING:
    from flowcase.services.meetings.guest_links import Known

blueprint = Blueprint("guest_links", __name__)

READS, CODES = "120 per hour", "12 per hour"  # by one link, wherever it is opened
CONFIRMED = dt.timedelta(minutes=30)  # a browser that stays open has to confirm again
_KEPT = "gaest"


# --- the guest -------------------------------------------------------------------------------------


@blueprint.get("/gaest/<secret>")
@limiter.limit(MISSES, deduct_when=lambda response: response.status_code == HTTPStatus.NOT_FOUND)
@limiter.limit(READS, key_func=lambda: key_of_feed())
def show(secret: str) -> Any:
    """The item, once the guest has confirmed who they are; else the way there."""
    try:
        known = flow().guest_links.known(secret)
        if not _is_confirmed(known.id):
            return _ask(secret)
        return render_template(
            "guest_link.html",
            shown=flow().guest_links.read(secret),
            kind=meeting_words.kind,
            consent_purpose=consent_purpose,
            address=url_for("guest_links.leave", secret=secret),
        )
    except NotFound:
        return _closed()


@blueprint.post("/gaest/<secret>/kode")
@limiter.limit(MISSES, deduct_when=lambda response: response.status_code == HTTPStatus.NOT_FOUND)
@limiter.limit(CODES, key_func=lambda: key_of_feed())
def send_code(secret: str) -> Any:
    """Mail a code to the address that the caseworker gave; nobody can choose another one here."""
    try:
        flow().guest_links.send_code(secret, language=current())
    except NotFound:
        return _closed()
    except Conflict:
        return _ask(secret, _none_sent), HTTPStatus.CONFLICT
    return redirect(url_for("guest_links.show", secret=secret), HTTPStatus.SEE_OTHER)


@blueprint.post("/gaest/<secret>")
@limiter.limit(MISSES, deduct_when=lambda response: response.status_code == HTTPStatus.NOT_FOUND)
@limiter.limit(READS, key_func=lambda: key_of_feed())
def confirm(secret: str) -> Any:
    """Who has confirmed already (went back, or pressed twice) goes on to the item."""
    there = redirect(url_for("guest_links.show", secret=secret), HTTPStatus.SEE_OTHER)
    try:
        if _is_confirmed(flow().guest_links.known(secret).id):
            return there
        link = flow().guest_links.confirm(secret, request.form.get("kode", "")[:40])
        if link is None:
            return _ask(secret, _wrong_code), HTTPStatus.UNPROCESSABLE_ENTITY
    except NotFound:
        return _closed()
    except Conflict:  # another window was faster
        return there
    session[_KEPT] = {**session.get(_KEPT, {}), link: flow().clock.now().isoformat()}
    return there


@blueprint.post("/gaest/<secret>/luk")
@limiter.limit(READS, key_func=lambda: key_of_feed())
def leave(secret: str) -> Any:
    """Forget in this browser that the guest has confirmed who they are."""
    session.pop(_KEPT, None)
    return redirect(url_for("guest_links.show", secret=secret), HTTPStatus.SEE_OTHER)


def _ask(secret: str, said: Callable[[Known], str] = lambda known: "") -> str:
    known = flow().guest_links.known(secret)
    return render_template("guest_confirm.html", known=known, secret=secret, problem=said(known))


def _none_sent(known: Known) -> str:
    if not known.gets_codes:
        return ""  # the page says so
    return gettext("Der er lige sendt en kode. Vent et minut, før du beder om en ny.")


def _wrong_code(known: Known) -> str:
    if not known.gets_codes:
        return gettext("Koden er forkert eller for gammel.")
    return gettext("Koden er forkert eller for gammel. Prøv igen, eller bed om en ny.")


def _closed() -> Any:
    """The same for a wrong address, an old one, and one whose consent was stopped."""
    text = gettext(
        "Det er lukket, udløbet eller skrevet forkert. Kontakt den rådgiver, som gav dig det, hvis du skal "
        "bruge et nyt."
    )
    title = gettext("Linket virker ikke")
    page = render_template("error.html", title=title, text=text, details=(), status=HTTPStatus.NOT_FOUND)
    return page, HTTPStatus.NOT_FOUND


def _is_confirmed(link: str) -> bool:
    at = session.get(_KEPT, {}).get(link)
    return bool(at) and flow().clock.now() - dt.datetime.fromisoformat(at) < CONFIRMED


# --- the people of the case ------------------------------------------------------------------------


@blueprint.post("/moeder/<id>/gaestelink")
@login_required
def make(id: str) -> Any:
    """A new link, shown once on the page of its meeting."""
    sent = request.form
    item, _, recipient = sent.get("punkt", "").partition("|")
    until, wrong = asked_days.day(sent, "til")
    try:
        secret = flow().guest_links.make(
            id, item, recipient, address=sent.get("adresse", ""), until=until, actor=actor()
        )
    except InvalidValues as error:
        problems = {name: wrong if name == "til" and wrong else _why(name) for name in error.errors}
        return shown(id, link_problems=problems, link_typed=sent), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as error:
        return shown(id, link_problems={"": error.because}, link_typed=sent), HTTPStatus.UNPROCESSABLE_ENTITY
    return shown_once.redirect_to(url_for("meetings.show", id=id), secret, at="gaestelink")


@blueprint.post("/moeder/<id>/gaestelink/<link>/luk")
@login_required
def end(id: str, link: str) -> Any:
    flow().guest_links.end(link, actor=actor())
    flash(gettext("Linket er lukket og virker ikke længere."), "success")
    return redirect(url_for("meetings.show", id=id) + "#gaestelinks", HTTPStatus.SEE_OTHER)


def _why(name: str) -> str:
    return {
        "adresse": gettext("Skriv gæstens mailadresse."),
        "til": gettext("Vælg en sidste dag fra i dag og frem, og ikke senere end samtykket gælder."),
        "mail": gettext("Her er ikke sat mail op, og så kan gæsten ikke få sin kode."),
    }[name]


def link_state(state: str) -> str:
    return {
        "open": gettext("Åbent"),
        "ended": gettext("Lukket"),
        "expired": gettext("Udløbet"),
        "stopped": gettext("Standset"),
        "locked": gettext("Låst efter for mange forkerte koder"),
    }.get(state, state)


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals.update(link_state=link_state)

"""A new session in a browser: what it begins with, and where it leads."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request, session, url_for
from flask_login import login_user

from flowcase.access.actor import Actor
from flowcase.web.session import SignedIn, flow
from flowcase.web.signed_cookie import begin_tokens
from flowcase.web.signing_in import known_browsers


def begin_session(person: Actor, by: str, elsewhere: str = "") -> None:
    """Sign the person in with this browser; what its session held before is worth nothing."""
    agent = request.user_agent.string
    is_known = bool(known_browsers.source(person.id).known_browser)
    secret = flow().sessions.begin(
        person.id, by=by, browser=browser_of(agent), elsewhere=elsewhere, is_known=is_known
    )
    start_again()
    session.permanent = True
    session["signed_in_by"] = by
    begin_tokens(flow().kept_typing.mark_of(person.id))
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


def start_again() -> None:
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

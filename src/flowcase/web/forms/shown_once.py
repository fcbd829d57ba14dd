"""What is told once of a thing just made (a secret, an address): by the page that its form leads to.

A cookie for each thing carries it there, so that a reload makes nothing anew, and what was made in another
tab meanwhile is told there. It is sealed, holds for minutes, and only for the session in which the thing was
made: neither what backs a browser up nor what logs cookies on the way has the secret.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from http import HTTPStatus
from typing import Any

from flask import after_this_request, current_app, redirect, request
from flask_login import current_user

from flowcase.clock import WallClock
from flowcase.web.session import flow

COOKIE = "flowcase_shown_once_"  # its name goes on with the key of the thing
KEPT_SECONDS = 600
_PLACE = "what is shown once"
_ASKED = "vis"  # the key of the thing in the address of the page


def redirect_to(page: str, secret: str, *, at: str) -> Any:
    """Go to the place `at` of a page, which asks for the secret by `taken`."""
    key = secrets.token_hex(8)
    answer = redirect(f"{page}?{_ASKED}={key}#{at}", HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        _name(key),
        _sealed(page, secret),
        max_age=KEPT_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def taken(page: str) -> str:
    """What was kept for this page, which shows it now and never again; empty when there is nothing."""
    name = _name(request.args.get(_ASKED, ""))
    content = flow().browser_seals.open(request.cookies.get(name, ""), _PLACE)
    made_for, session, until, secret = json.loads(content or "[null, null, null, null]")
    if (made_for, session) != (page, _session()) or WallClock().now() > dt.datetime.fromisoformat(until):
        return ""

    @after_this_request
    def forget(response: Any) -> Any:
        response.delete_cookie(
            name, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
        )
        return response

    return str(secret)


def _name(key: str) -> str:
    return ("__Host-" if current_app.config["SESSION_COOKIE_SECURE"] else "") + COOKIE + key


def _session() -> str:
    """Names the session in which something was made, without its secret."""
    return hashlib.sha256(current_user.secret.encode()).hexdigest()


def _sealed(page: str, secret: str) -> str:
    until = WallClock().now() + dt.timedelta(seconds=KEPT_SECONDS)
    content = json.dumps([page, _session(), until.isoformat(), secret])
    return flow().browser_seals.seal(content.encode(), _PLACE)

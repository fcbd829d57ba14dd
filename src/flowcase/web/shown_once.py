"""What is told once of a thing just made (a secret, an address): by the page that its form leads to.

A cookie for each thing carries it there, so that a reload makes nothing anew, and what was made in another
tab meanwhile is told there. It holds for minutes, and only for the session in which the thing was made.
"""

from __future__ import annotations

import hashlib
import secrets
from http import HTTPStatus
from typing import Any

from flask import after_this_request, current_app, redirect, request
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "flowcase_shown_once_"  # its name goes on with the key of the thing
KEPT_SECONDS = 600
_ASKED = "vis"  # the key of the thing in the address of the page


def redirect_to(page: str, secret: str, *, at: str) -> Any:
    """Go to the place `at` of a page, which asks for the secret by `taken`."""
    key = secrets.token_hex(8)
    answer = redirect(f"{page}?{_ASKED}={key}#{at}", HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        _name(key),
        _serializer().dumps([page, _session(), secret]),
        max_age=KEPT_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def taken(page: str) -> str:
    """What was kept for this page, which shows it now and never again; empty when there is nothing."""
    name = _name(request.args.get(_ASKED, ""))
    try:
        kept = _serializer().loads(request.cookies.get(name, ""), max_age=KEPT_SECONDS)
    except BadSignature:
        return ""
    if kept[:2] != [page, _session()]:
        return ""

    @after_this_request
    def forget(response: Any) -> Any:
        response.delete_cookie(
            name, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
        )
        return response

    return str(kept[2])


def _name(key: str) -> str:
    return ("__Host-" if current_app.config["SESSION_COOKIE_SECURE"] else "") + COOKIE + key


def _session() -> str:
    """Names the session in which something was made, without its secret."""
    return hashlib.sha256(current_user.secret.encode()).hexdigest()


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="shown once")

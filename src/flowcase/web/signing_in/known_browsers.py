"""Which browsers a person has signed in with before: they do not wait for what strangers guess.

A cookie of its own, signed and kept for half a year, holds a random number and, for each account that has
signed in there, a keyed hash. It opens nothing; it only tells a colleague's browser from a stranger's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from flowcase.services.signing_in.brakes import Source

COOKIE = "flowcase_browser"
KEPT_SECONDS = 180 * 24 * 3600
_MOST = 8  # accounts of one browser


def source(account: str) -> Source:
    """Where this attempt to sign in to an account comes from."""
    held = _held()
    known = held["id"] if held is not None and _mark(held["id"], account) in held["accounts"] else ""
    return Source(address=request.remote_addr or "", known_browser=known)


def is_known() -> bool:
    """Whether anybody has signed in with this browser before."""
    return _held() is not None


def remember(account: str) -> None:
    """This browser is one of theirs from now on."""
    held = _held() or {"id": secrets.token_urlsafe(16), "accounts": []}
    mark = _mark(held["id"], account)
    others = [each for each in held["accounts"] if each != mark]
    held["accounts"] = [*others[1 - _MOST :], mark]
    value = _serializer().dumps(held)

    @after_this_request
    def keep(response: Any) -> Any:
        response.set_cookie(
            _name(),
            value,
            max_age=KEPT_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _name() -> str:
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _held() -> dict[str, Any] | None:
    try:
        found = _serializer().loads(request.cookies.get(_name(), ""), max_age=KEPT_SECONDS)
    except BadSignature:
        return None
    is_ours = isinstance(found, dict) and isinstance(found.get("id"), str)
    return found if is_ours and isinstance(found.get("accounts"), list) else None


def _mark(browser: str, account: str) -> str:
    key = current_app.secret_key
    secret = key if isinstance(key, bytes) else str(key).encode()
    return hmac.digest(secret, f"browser\0{browser}\0{account}".encode(), hashlib.sha256).hex()[:32]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="known browser")

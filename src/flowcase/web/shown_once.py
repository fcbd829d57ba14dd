"""What is told once of a thing just made (a secret, an address): by the page that its form leads to.

The session's cookie carries it there, so that a reload makes nothing anew. Whoever signs out loses it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import redirect, session

_KEPT = "vises_en_gang"


def redirect_to(page: str, secret: str, *, at: str) -> Any:
    """Go to the place `at` of a page, which asks for the secret by `taken`."""
    session[_KEPT] = (page, secret)
    return redirect(f"{page}#{at}", HTTPStatus.SEE_OTHER)


def taken(page: str) -> str:
    """What was kept for this page, which shows it now and never again; empty when there is nothing."""
    kept = session.get(_KEPT)
    if not kept or kept[0] != page:
        return ""
    del session[_KEPT]
    return str(kept[1])

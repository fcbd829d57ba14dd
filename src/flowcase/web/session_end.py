"""A page that stands open as its session ends: it asks for how long, may stay, and takes its typing along.

What a page of a case shows is gone from the screen when the session is over (`frontend/session.js`).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Request, abort, request

from flowcase.web.language import gettext
from flowcase.web.session import signed_in
from flowcase.web.signed_cookie import form_token, mark_of_session
from flowcase.web.signing_in import kept_typing

blueprint = Blueprint("session_end", __name__)

_AFTER_THE_END = 5  # seconds: a page without a program asks anew when it is certainly over


@blueprint.get("/log-paa/endnu")
def left() -> Any:
    """How long the session lasts; asking is no click."""
    return _left()


@blueprint.post("/log-paa/endnu")
def stay() -> Any:
    """Somebody sits there: this is a click."""
    return _left()


@blueprint.post("/log-paa/skrevet")
def typed() -> Any:
    """The page of the sign-in, with what an open page brings; sent by that page, and by nobody else's."""
    if not kept_typing.is_ours():
        abort(HTTPStatus.BAD_REQUEST)
    sealed = request.form.get(kept_typing.TYPED)
    if sealed is not None:
        return kept_typing.bring_sealed(sealed)
    return kept_typing.bring(list(request.form.items(multi=True)))


def seconds_left() -> int:
    """Of the session of this request; 0 when nobody is signed in."""
    found = signed_in()
    return int(found.left.total_seconds()) if found else 0


def page_now() -> str:
    """The address that leads to this page again."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined] # past the stand-in
    return asked.full_path.rstrip("?") if asked.method == "GET" else kept_typing.page_of_the_form()


def _left() -> dict[str, Any]:
    seconds = seconds_left()
    minutes = max(round(seconds / 60), 1)
    return {
        "seconds": seconds,
        "whose": mark_of_session(),
        "csrf": form_token() if seconds else "",  # of the session as it is now, for a page of one before
        "title": gettext("Du bliver snart logget af"),
        "text": gettext(
            "Om cirka {number} min. lukkes siden. "
            "Det, du har skrevet i den, er der igen, når du har logget på."
        ).format(number=minutes),
        "stay": gettext("Bliv logget på"),
        "last": gettext(
            "Du har været logget på så længe, som det er muligt. Send eller gem det, du er i gang med."
        ),
    }


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        seconds_left=seconds_left,
        whose_session=mark_of_session,
        page_now=page_now,
        after_the_end=_AFTER_THE_END,
    )

"""A long form whose session has ended: what was typed goes through the sign-in and is there again after it.

It travels in the page of the sign-in, never on the server, until somebody has signed in; then it becomes
that person's draft of the user task, if they may work on it.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from flowcase.errors import Conflict
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

TYPED = "skrevet"  # name of the field in the page of the sign-in
_TASK = "_opgave"
_SENDS_THE_FORM = frozenset(
    f"user_tasks.{act}" for act in ("send", "claim", "unclaim", "move", "comment")
)  # the buttons beside a form send it with what was typed
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


def is_worth_keeping() -> bool:
    """A form of a user task that came from a page of ours, in a browser that shows the answer."""
    return request.endpoint in _SENDS_THE_FORM and _is_ours() and not request.headers.get("HX-Request")


def is_public_form() -> bool:
    """The public notification form, sent from a page of ours whose session has ended."""
    return request.endpoint == "public.notify" and _is_ours() and not request.headers.get("HX-Request")


def _is_ours() -> bool:
    origin = request.headers.get("Origin")
    return origin in (None, "null") or urlsplit(origin or "").netloc == request.host


def ask_to_sign_in() -> Any:
    """The page of the sign-in, with what was typed in it."""
    id = (request.view_args or {})["id"]
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    page = render_template(
        "sign_in.html",
        error="",
        next=url_for("user_tasks.show", id=id),
        person="",
        typed=urlencode([(_TASK, id), *fields]),
    )
    return page, HTTPStatus.UNAUTHORIZED


def show_again() -> Any:
    """The form as it was typed, for somebody whose page is older than their sign-in; nothing is stored."""
    from flowcase.web import user_tasks

    flash(
        gettext(
            "Siden var for gammel til at blive sendt. Intet er gået tabt: se felterne igennem, og send igen."
        ),
        "info",
    )
    id = (request.view_args or {})["id"]
    return user_tasks.as_typed(id, request.form, status=HTTPStatus.BAD_REQUEST)


def sent_before(typed: str) -> tuple[str, list[tuple[str, str]]]:
    """Where the form was sent, and its fields: to be sent again by who has signed in in another window."""
    fields = parse_qsl(typed, keep_blank_values=True) if typed else []
    if not fields or fields[0][0] != _TASK or not _ID.fullmatch(fields[0][1]):
        return url_for("inbox.mine"), []
    return url_for("user_tasks.send", id=fields[0][1]), fields[1:]


def back_to(typed: str) -> Any:
    """Where the person who signed in goes on: the form, as it was typed. None when nothing was typed."""
    from flowcase.web import user_tasks

    fields = parse_qsl(typed, keep_blank_values=True) if typed else []
    if not fields or fields[0][0] != _TASK or not _ID.fullmatch(fields[0][1]):
        return None
    id, sent = fields[0][1], MultiDict(fields[1:])
    task = flow().user_tasks.get(id, actor=actor())
    try:
        flow().user_tasks.save_draft(id, user_tasks.read(task, sent), actor=actor())
    except Conflict:  # ended or taken meanwhile: the page says so and shows what was typed
        return user_tasks.as_typed(id, sent, status=HTTPStatus.CONFLICT)
    flash(gettext("Du var logget af. Det, du skrev, er gemt som kladde og står i felterne."), "info")
    return redirect(url_for("user_tasks.show", id=id))

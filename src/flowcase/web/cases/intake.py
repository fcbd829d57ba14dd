"""What the two notification forms share: one page, one number per content that was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import current_app, render_template, request

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import local_date
from flowcase.errors import InvalidValues
from flowcase.web.forms import form_files, form_notes, form_page, form_sent
from flowcase.web.session import flow
from flowcase.web.signing_in import kept_typing

PAGE_NUMBER = "_nummer"
_PAGE_NUMBER = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Accepted:
    """A notification that came in; `number` is what its sender is told."""

    number: str


def take_in(
    form_id: str, *, source: str, actor: Actor, title: str, shows_only: bool = False
) -> Accepted | tuple[str, HTTPStatus]:
    """Carry out this request on a notification form: the accepted notification, or the page again.

    `shows_only` takes in nothing: the page comes back as it was typed.
    """
    form = flow().deployments.form(form_id)
    kept = kept_typing.shown_here()
    sent = request.form if kept is None else kept
    dates = form_sent.Dates(local_date(flow().clock.now()))
    raw: dict[str, Any] = form_sent.raw_of(form, sent, dates) if sent else {}
    page_number = sent.get(PAGE_NUMBER, "")
    if not _PAGE_NUMBER.fullmatch(page_number):
        page_number = secrets.token_hex(8)
    errors: Any = None
    if request.method == "POST":
        errors = form_files.attach(form, raw, _keep(page_number, actor)) or None
    focus = ""
    notes = None
    status = HTTPStatus.OK
    if errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if not (shows_only or form_sent.only_shows(sent)):
            raw = form_sent.without_empty_rows(raw)
            # Of a field whose file was not taken that is what is wrong, not that it is empty.
            errors = {**flow().notifications.errors_of(raw, source=source), **errors}
    elif request.method == "POST" and (shows_only or form_sent.only_shows(sent)):
        focus = form_sent.changed_rows(raw, sent)
    elif request.method == "POST" and (
        found := form_notes.notes_on(
            form,
            form_sent.without_empty_rows(raw),
            dates.concluded,
            sent,
            facts={},
            now=flow().clock.now(),
        )
    ):
        raw, notes = form_sent.without_empty_rows(raw), found
    elif request.method == "POST":
        raw = form_sent.without_empty_rows(raw)
        number = notification_number(page_number, raw)
        try:
            flow().notifications.receive(raw, source=source, actor=actor, id=number, page=page_number)
        except InvalidValues as error:
            errors, status = error.errors, HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            return Accepted(number)
    elif kept is None:
        raw = form_page.first_values(form, {})
    files = form_files.attached(flow().documents.staged(page_number)) if form_files.ids_in(form, raw) else {}
    page = form_page.shown(
        form, raw, facts={}, now=flow().clock.now(), errors=errors, focus=focus, notes=notes, files=files
    )
    return (
        render_template("notification.html", page=page, title=title, number=page_number),
        status,
    )


def _keep(page_number: str, actor: Actor) -> form_files.Keep:
    return lambda file, target, _: flow().documents.stage(page_number, file, target=target, actor=actor)


def notification_number(page_number: str, raw: Mapping[str, Any]) -> str:
    """The number of what was written on one opened page.

    The same page sent twice (a double click, a reload) is the same notification. The same page gone back
    to and written anew is another one: a child must not be lost because its neighbour was sent first.
    Nobody can choose a number, so nobody can take the place of another notification.
    """
    content = json.dumps([page_number, raw], sort_keys=True, ensure_ascii=False).encode()
    digest = hmac.new(_key(), content, hashlib.sha256).digest()
    letters = base64.b32encode(digest[:10]).decode()[:12]
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _key() -> bytes:
    key = current_app.secret_key or b""
    return key.encode() if isinstance(key, str) else key

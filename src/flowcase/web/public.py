"""The public notification form: no sign-in, what a citizen can know, a receipt with a number."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from flowcase.access.actor import Actor
from flowcase.errors import InvalidValues
from flowcase.web import form_page
from flowcase.web.language import gettext
from flowcase.web.session import flow

blueprint = Blueprint("public", __name__)

FORM = "F-A1-offentlig"
CITIZEN = Actor("citizen", kind="service")
limiter = Limiter(get_remote_address, storage_uri="memory://", default_limits=[])

# A number that this page made itself: letters and digits only.
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,40}")


@blueprint.record_once
def _limit(state: Any) -> None:
    limiter.init_app(state.app)


@blueprint.route("/underret", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def notify() -> Any:
    form = flow().deployments.form(FORM)
    now = flow().clock.now()
    raw = form_page.raw_of(form, request.form) if request.method == "POST" else {}
    number = request.form.get("_nummer", "")
    if not _NUMBER.fullmatch(number):
        number = flow().notifications.new_number()
    errors: Any = None
    status = HTTPStatus.OK
    if request.method == "POST" and not (form_page.changed_rows(raw, request.form) or "_vis" in request.form):
        try:
            # The number travels with the page, so that a second click is the same notification.
            flow().notifications.receive(raw, source="public", actor=CITIZEN, id=number)
        except InvalidValues as error:
            errors, status = error.errors, HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            return render_template("receipt.html", number=number, at=now)
    page = form_page.shown(form, raw, facts={}, now=now, errors=errors)
    return (
        render_template(
            "notification.html",
            page=page,
            title=gettext("Er du bekymret for et barn eller en ung?"),
            lead=gettext("Skriv det, du ved. Er der akut fare, så ring 112."),
            number=number,
        ),
        status,
    )

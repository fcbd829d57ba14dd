"""Ny underretning: what staff fill in when a notification comes by phone, letter or at the desk."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Forbidden, InvalidValues
from flowcase.web import form_page
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("notifications", __name__, url_prefix="/underretninger")

FORM = "F-A1"
RECEIVERS = frozenset({"fronten", "frontpersonale", "akutvagt", "forebyggende_raadgiver"})


@blueprint.route("/ny", methods=["GET", "POST"])
@login_required
def new() -> Any:
    if not actor().groups & RECEIVERS:
        raise Forbidden("register a notification", "only those who receive notifications may")
    form = flow().deployments.form(FORM)
    now = flow().clock.now()
    raw = form_page.raw_of(form, request.form) if request.method == "POST" else {}
    errors: Any = None
    status = HTTPStatus.OK
    if request.method == "POST" and not (form_page.changed_rows(raw, request.form) or "_vis" in request.form):
        try:
            received = flow().notifications.receive(
                raw, source="form", actor=actor(), id=request.form.get("_nummer") or None
            )
        except InvalidValues as error:
            errors, status = error.errors, HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            flash(gettext("Underretningen er modtaget."), "success")
            _ = received
            return redirect(url_for("inbox.mine"))
    page = form_page.shown(form, raw, facts={}, now=now, errors=errors)
    return (
        render_template(
            "notification.html",
            page=page,
            title=gettext("Ny underretning"),
            number=request.form.get("_nummer") or flow().notifications.new_number(),
            lead="",
        ),
        status,
    )

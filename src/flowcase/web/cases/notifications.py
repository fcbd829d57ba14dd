"""Ny underretning: what staff fill in when a notification comes by phone, letter or at the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_login import login_required

from flowcase.access.permissions import may_register_notifications
from flowcase.errors import Forbidden
from flowcase.web.cases import intake
from flowcase.web.language import gettext
from flowcase.web.session import actor

blueprint = Blueprint("notifications", __name__, url_prefix="/underretninger")

FORM = "F-A1"


@blueprint.route("/ny", methods=["GET", "POST"])
@login_required
def new() -> Any:
    if not may_register_notifications(actor()):
        raise Forbidden("register a notification", "only those who receive notifications may")
    answer = intake.take_in(FORM, source="form", actor=actor(), title=gettext("Ny underretning"))
    if isinstance(answer, intake.Accepted):
        flash(
            gettext("Underretningen er modtaget. Dens nummer er {number}.").format(number=answer.number),
            "success",
        )
        return redirect(url_for("inbox.mine"))
    return answer

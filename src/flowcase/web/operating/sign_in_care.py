"""For operators: how people sign in, signing somebody out, and taking away a second factor that was lost."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import InvalidValues
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("sign_in_care", __name__, url_prefix="/drift/log-paa")


@blueprint.get("")
@login_required
def index() -> Any:
    rows = flow().sessions.overview(actor=actor())
    required = flow().settings.second_factor_groups
    return render_template("sign_in_care.html", rows=rows, totp_groups=required)


@blueprint.post("/<id>/log-af")
@login_required
def sign_out(id: str) -> Any:
    flow().sessions.end_all_of(id, actor=actor())
    flash(gettext("{person} er logget af i alle browsere.").format(person=id), "success")
    return redirect(url_for("sign_in_care.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<id>/totrin")
@login_required
def disable(id: str) -> Any:
    """Take away a second factor, with the reason that the history keeps."""
    try:
        flow().second_factors.disable(id, request.form.get("begrundelse", ""), actor=actor())
    except InvalidValues:
        flash(gettext("Skriv en begrundelse. Den bliver stående i historikken."), "error")
    else:
        flash(gettext("Totrinslogin er slået fra for {person}.").format(person=id), "success")
    return redirect(url_for("sign_in_care.index"), HTTPStatus.SEE_OTHER)

"""For operators: how people sign in, signing somebody out, and taking away a second factor that was lost."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import InvalidValues
from flowcase.services.forms.kept_reasons import LONGEST_REASON
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import said

blueprint = Blueprint("sign_in_care", __name__, url_prefix="/drift/log-paa")


@blueprint.get("")
@login_required
def index() -> Any:
    return _page()


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
    reason = request.form.get("begrundelse", "")
    try:
        flow().second_factors.disable(id, reason, actor=actor())
    except InvalidValues as error:
        problem = said(error.errors["begrundelse"][0])
        return _page(whose=id, reason=reason, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Totrinslogin er slået fra for {person}.").format(person=id), "success")
    return redirect(url_for("sign_in_care.index"), HTTPStatus.SEE_OTHER)


def _page(*, whose: str = "", reason: str = "", problem: str = "") -> str:
    """`reason` stands at whose second factor it was to take away, with what is wrong with it."""
    return render_template(
        "sign_in_care.html",
        rows=flow().sessions.overview(actor=actor()),
        totp_groups=flow().settings.second_factor_groups,
        whose=whose,
        reason=reason,
        problem=problem,
        most_reason=LONGEST_REASON,
    )

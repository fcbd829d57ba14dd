"""Skift regelsæt: a leader sees what another rule-set version means for a case, and moves it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Refused
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("rule_set_move", __name__)


@blueprint.route("/sager/<code>/regelsaet", methods=["GET", "POST"])
@login_required
def move(code: str) -> Any:
    """The plan, and with a reason the move; what was typed comes back when the reason is missing."""
    planned = flow().rule_set_moves.preview(code, actor=actor())
    reason = request.form.get("begrundelse", "")
    if request.method == "POST":
        try:
            flow().rule_set_moves.move(code, reason=reason, to=request.form.get("til"), actor=actor())
        except Refused:
            return _page(planned, reason, is_missing=True), HTTPStatus.UNPROCESSABLE_ENTITY
        flash(gettext("Sagen følger nu den nye udgave af regelsættet."), "success")
        return redirect(url_for("cases.show", code=code))
    flow().reading_log.note(code, page="case", actor=actor())
    return _page(planned, reason)


def _page(planned: Any, reason: str, *, is_missing: bool = False) -> str:
    return render_template("rule_set_move.html", planned=planned, reason=reason, is_missing=is_missing)

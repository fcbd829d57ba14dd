"""Opening a case in an emergency, and the leaders' page of everything that was opened so."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, InvalidValues
from flowcase.services.case_files.emergencies import Place
from flowcase.web.forms.api_pages import place_from, token_of
from flowcase.web.forms.form_notes import is_to_be_warned
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import instant

blueprint = Blueprint("emergencies", __name__)

VERDICTS = {"i_orden": "I orden", "foelges_op": "Skal følges op"}


@blueprint.route("/sager/<code>/noedadgang", methods=["GET", "POST"])
@login_required
def open_case(code: str) -> Any:
    """With a purpose and a reason; what was typed comes back when one is missing.

    Auditors read the reason, so a CPR number in it is warned of once.
    """
    offered = flow().emergencies.offer(code, actor=actor())
    problems: dict[str, str] = {}
    reason = request.form.get("begrundelse", "")
    noted = is_to_be_warned("begrundelse", reason, request.form)
    if request.method == "POST" and not noted:
        try:
            until = flow().emergencies.open(
                code, purpose=request.form.get("formaal", ""), reason=reason, actor=actor()
            )
        except InvalidValues as error:
            problems = {name: gettext(said[0]) for name, said in error.errors.items()}
        except Conflict:
            return redirect(url_for("cases.show", code=code), HTTPStatus.SEE_OTHER)
        else:
            flash(
                gettext("Sagen er åben for dig til {until}. Lederen har fået besked.").format(
                    until=instant(until)
                ),
                "success",
            )
            return redirect(url_for("cases.show", code=code), HTTPStatus.SEE_OTHER)
    page = render_template(
        "emergency.html",
        offered=offered,
        problems=problems,
        purpose=request.form.get("formaal", ""),
        reason=reason,
        noted=noted,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK


@blueprint.get("/noedadgange")
@login_required
def index() -> Any:
    """Every opening that this reader may know of, those without a review first.

    The reasons may tell of the families, so each case notes who read them.
    """
    place = place_from(request.args.get("efter", ""), parts=3)
    after = Place(place[2] == "1", place[0], place[1]) if place else None
    found = flow().emergencies.list(actor=actor(), after=after)
    rows, last = found.rows, found.following
    told = [row.case for row in rows if row.reason is not None]
    flow().reading_log.note_each(told, page="emergency_reason", actor=actor())
    return render_template(
        "emergencies.html",
        rows=rows,
        purposes=flow().emergencies.purposes(),
        verdicts=VERDICTS,
        following=token_of((last.opened_at, last.id, int(last.is_reviewed))) if last else "",
        is_first=after is None,
    )


@blueprint.post("/noedadgange/<id>")
@login_required
def review(id: str) -> Any:
    flow().emergencies.review(id, request.form.get("vurdering", ""), actor=actor())
    flash(gettext("Gennemgangen er skrevet ned."), "success")
    return redirect(url_for("emergencies.index"), HTTPStatus.SEE_OTHER)

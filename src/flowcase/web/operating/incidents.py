"""Where an instance stands still: the cause, and what an operator does about it, one or many at once."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.web.forms.typed_values import as_feel, sent_values
from flowcase.web.language import gettext
from flowcase.web.operating.operations import overview_page
from flowcase.web.session import actor, flow
from flowcase.web.words import presenting
from flowcase.web.words.reasons import reason_problem

blueprint = Blueprint("incidents", __name__, url_prefix="/drift/haendelser")

ROWS = 4  # empty lines for variables


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    _operator()
    return _page(id, {}, {})


@blueprint.post("/<id>/ret")
@login_required
def edit(id: str) -> Any:
    """Put values into the instance and try again, in one transaction."""
    return _act(id, "retry")


@blueprint.post("/<id>/gjort")
@login_required
def resolve(id: str) -> Any:
    """The work was done by hand: the element ends with these results."""
    return _act(id, "resolve")


@blueprint.post("")
@login_required
def retry_all() -> Any:
    """Try all again that are ticked."""
    who = _operator()
    reason = request.form.get("begrundelse", "").strip()
    ids = request.form.getlist("haendelse")
    wrong = reason_problem(reason) if ids else gettext("Sæt kryds ved mindst én hændelse.")
    if wrong:
        return overview_page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    came = flow().incidents.retry_all(ids, actor=who, reason=reason)
    flash(
        gettext("{moved} gået videre, {still} står stadig stille, {refused} kunne ikke forsøges.").format(
            moved=len(came.moved_on), still=len(came.still_open), refused=len(came.refused)
        ),
        "success" if not came.still_open and not came.refused else "warning",
    )
    return redirect(url_for("operations.overview", _anchor="haendelser"))


def _act(id: str, act: str) -> Any:
    who = _operator()
    variables, errors = sent_values(ROWS)
    reason = request.form.get("begrundelse", "").strip()
    if wrong := reason_problem(reason):
        errors["begrundelse"] = wrong
    if errors:
        return _page(id, errors, request.form), HTTPStatus.UNPROCESSABLE_ENTITY
    before = flow().incidents.get(id)
    try:
        if act == "retry":
            flow().incidents.retry(id, actor=who, reason=reason, variables=variables)
        else:
            flow().incidents.resolve(id, actor=who, reason=reason, variables=variables)
    except Conflict:
        errors["handling"] = gettext(
            "Det kan ikke gøres nu: hændelsen er løst, eller trinnet kan kun prøves igen"
            " eller springes over (Grib ind)."
        )
    except Refused as refused:
        errors["handling"] = refused.because
    if errors:
        return _page(id, errors, request.form), HTTPStatus.CONFLICT
    open_now = [
        row
        for row in flow().incidents.list(instance=before.instance, limit=None)
        if row.element_instance == before.element_instance
    ]
    if open_now:
        flash(gettext("Forsøgt igen. Den står stadig stille."), "warning")
        return redirect(url_for("incidents.show", id=open_now[-1].id))
    if act == "retry":
        flash(gettext("Forsøgt igen. Forløbet er gået videre."), "success")
    else:
        flash(gettext("Trinnet regnes for gjort i hånden. Forløbet er gået videre."), "success")
    return redirect(url_for("operations.overview"))


def _page(id: str, errors: Mapping[str, str], typed: Mapping[str, str]) -> str:
    incident = flow().incidents.get(id)
    instance = flow().instances.get(incident.instance)
    flow().reading_log.note(incident.case_code, page="incident", actor=actor())
    earlier = flow().incidents.list(instance=incident.instance, status=None, limit=None)
    return render_template(
        "incident.html",
        incident=incident,
        kind=presenting.incident_kind(incident.kind),
        instance=instance,
        element=instance.element_names.get(incident.element, incident.element),
        variables={name: as_feel(value) for name, value in sorted(instance.variables.items())},
        earlier=[row for row in earlier if row.element == incident.element and row.id != id],
        errors=errors,
        typed=typed,
        rows=range(ROWS),
    )


def _operator() -> Actor:
    who = actor()
    if not may_operate(who):
        raise Forbidden("see where an instance stands still", "only operators may")
    return who

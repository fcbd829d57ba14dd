"""Jobs for operators: what waits, runs or has failed outside, tried at once, put first or given back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, Refused
from flowcase.services.operating.job_care import HIGHEST, JobAsked
from flowcase.web.forms.api_pages import place_from, token_of
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.reasons import reason_problem

blueprint = Blueprint("jobs", __name__, url_prefix="/drift/arbejde")

_STATES = {"venter": "waiting", "i_gang": "claimed", "fejlet": "failed", "paa_pause": "held"}


@blueprint.get("")
@login_required
def index() -> Any:
    chosen = {name: request.args.get(name, "").strip() for name in ("vis", "type", "sag")}
    chosen["sag"] = chosen["sag"].upper()
    if chosen["vis"] not in _STATES:
        chosen["vis"] = "venter"
    asked = JobAsked(_STATES[chosen["vis"]], chosen["type"] or None, chosen["sag"] or None)
    place: Any = place_from(request.args.get("efter", ""))
    rows, following = flow().job_care.page(asked, actor=actor(), after=place)
    further = None
    if following is not None:
        kept: dict[str, Any] = {name: value for name, value in chosen.items() if value}
        further = url_for("jobs.index", **kept, efter=token_of(following))
    return render_template("jobs.html", rows=rows, chosen=chosen, further=further, views=_views())


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    return _page(id, {})


@blueprint.post("/<id>/<act>")
@login_required
def attend(id: str, act: str) -> Any:
    """`nu`, `prioritet` or `tilbage`, with a reason."""
    errors: dict[str, str] = {}
    reason = request.form.get("begrundelse", "").strip()
    if wrong := reason_problem(reason):
        errors["begrundelse"] = wrong
    priority = request.form.get("prioritet", "").strip()
    if act == "prioritet" and not _is_priority(priority):
        errors["prioritet"] = gettext("Skriv et helt tal mellem -{highest} og {highest}.").format(
            highest=HIGHEST
        )
    if not errors:
        try:
            _done(id, act, priority, reason)
        except Conflict:
            errors["handling"] = gettext("Arbejdet er i en anden tilstand nu. Se, hvad der står.")
        except Refused as refused:
            errors["handling"] = refused.because
    if errors:
        return _page(id, errors)
    flash(gettext("Det er gjort og står i historikken."), "success")
    return redirect(url_for("jobs.show", id=id), HTTPStatus.SEE_OTHER)


def _done(id: str, act: str, priority: str, reason: str) -> None:
    care = flow().job_care
    if act == "nu":
        care.try_now(id, reason=reason, actor=actor())
    elif act == "prioritet":
        care.set_priority(id, int(priority), reason=reason, actor=actor())
    elif act == "tilbage":
        care.give_back(id, reason=reason, actor=actor())
    else:
        raise Refused(f"attend to job '{id}'", act)


def _is_priority(typed: str) -> bool:
    digits = typed.removeprefix("-")
    return (
        digits.isascii() and digits.isdigit() and len(digits) <= len(str(HIGHEST)) and int(digits) <= HIGHEST
    )


def state_words(status: str, is_held: bool) -> str:
    if is_held and status == "pending":
        return gettext("sat på pause")
    return {
        "pending": gettext("venter"),
        "claimed": gettext("i gang"),
        "failed": gettext("fejlet"),
        "completed": gettext("udført"),
        "cancelled": gettext("annulleret"),
    }.get(status, status)


def _views() -> list[tuple[str, str]]:
    return [
        ("venter", gettext("Venter")),
        ("i_gang", gettext("I gang")),
        ("fejlet", gettext("Fejlet")),
        ("paa_pause", gettext("Sat på pause")),
    ]


def _page(id: str, errors: dict[str, str]) -> Any:
    job = flow().job_care.get(id, actor=actor())
    page = render_template(
        "job.html",
        job=job,
        state=state_words(job.status, job.is_held),
        errors=errors,
        reason=request.form.get("begrundelse", ""),
        priority=request.form.get("prioritet", job.priority),
    )
    if not errors:
        return page
    return page, HTTPStatus.CONFLICT if "handling" in errors else HTTPStatus.UNPROCESSABLE_ENTITY

"""Timers for operators: what falls due when, one of them moved or fired now."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases.civil_time import COPENHAGEN
from flowcase.errors import Conflict, Refused
from flowcase.services.operating.timer_care import ComesTwice, FollowsADeadline, TimerAsked
from flowcase.web.forms import asked_days
from flowcase.web.forms.api_pages import place_from, token_of
from flowcase.web.language import gettext
from flowcase.web.operating.batches import processes_by_name
from flowcase.web.session import actor, flow
from flowcase.web.words import presenting
from flowcase.web.words.reasons import reason_problem

blueprint = Blueprint("timers", __name__, url_prefix="/drift/ure")


@blueprint.get("")
@login_required
def index() -> Any:
    chosen = {name: request.args.get(name, "").strip() for name in ("forloeb", "element", "sag", "vis")}
    chosen["sag"] = chosen["sag"].upper()
    asked = TimerAsked(
        state="held" if chosen["vis"] == "paa_pause" else "waiting",
        process=chosen["forloeb"] or None,
        element=chosen["element"] or None,
        case=chosen["sag"] or None,
        is_overdue=chosen["vis"] == "forfaldne",
    )
    place: Any = place_from(request.args.get("efter", ""))
    rows, following = flow().timer_care.page(asked, actor=actor(), after=place)
    further = None
    if following is not None:
        kept: dict[str, Any] = {name: value for name, value in chosen.items() if value}
        further = url_for("timers.index", **kept, efter=token_of(following))
    return render_template(
        "timers.html",
        rows=rows,
        chosen=chosen,
        further=further,
        now=flow().clock.now(),
        views=_views(),
        processes=processes_by_name(),
    )


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    return _page(id, {})


@blueprint.post("/<id>/flyt")
@login_required
def move(id: str) -> Any:
    """Set when it is due, with a reason."""
    errors: dict[str, str] = {}
    reason = _reason(errors)
    due_at, wrong = asked_days.instant(request.form.get("forfalder", ""))
    if wrong:
        errors["forfalder"] = wrong
    if not errors and due_at is not None:
        if due_at <= flow().clock.now():
            errors["forfalder"] = gettext("Tidspunktet er gået. Vælg et senere, eller lad uret løbe ud nu.")
        elif _do(id, lambda: flow().timer_care.move(id, due_at, **_by(reason)), errors):
            when = presenting.instant(due_at)
            flash(gettext("Uret er flyttet til {when}.").format(when=when), "success")
            return redirect(url_for("timers.show", id=id), HTTPStatus.SEE_OTHER)
    return _page(id, errors)


@blueprint.post("/<id>/nu")
@login_required
def fire(id: str) -> Any:
    """Let it fire now, with a reason."""
    errors: dict[str, str] = {}
    reason = _reason(errors)
    if not errors and _do(id, lambda: flow().timer_care.fire(id, **_by(reason)), errors):
        flash(gettext("Uret er løbet ud, og forløbet er gået videre."), "success")
        return redirect(url_for("timers.index"), HTTPStatus.SEE_OTHER)
    return _page(id, errors)


def _do(id: str, act: Any, errors: dict[str, str]) -> bool:
    try:
        act()
    except FollowsADeadline:
        errors["handling"] = gettext(
            "Uret følger en frist. Ret fristens start eller beslut en ny frist på sagen, så flytter uret med."
        )
    except ComesTwice:
        errors["forfalder"] = gettext(
            "Forløbet begynder i en fast række, og så kom det både da og på det planlagte tidspunkt. Vælg et"
            " senere tidspunkt, eller lad uret løbe ud nu."
        )
    except Conflict:
        errors["handling"] = gettext(
            "Uret er løbet ud, flyttet eller sat på pause imens. Se, hvad der står nu."
        )
    except Refused as refused:
        errors["handling"] = refused.because
    return not errors


def _by(reason: str) -> dict[str, Any]:
    """`set` is the instant that the page showed: who moved it meanwhile is not overruled unseen."""
    try:
        seen = dt.datetime.fromisoformat(request.form.get("set", ""))
    except ValueError:
        seen = None
    return {"reason": reason, "actor": actor(), "seen": seen if seen is not None and seen.tzinfo else None}


def _reason(errors: dict[str, str]) -> str:
    reason = request.form.get("begrundelse", "").strip()
    if wrong := reason_problem(reason):
        errors["begrundelse"] = wrong
    return reason


def _views() -> list[tuple[str, str]]:
    return [
        ("", gettext("Alle, der går")),
        ("forfaldne", gettext("Forfaldne")),
        ("paa_pause", gettext("Sat på pause")),
    ]


def _page(id: str, errors: dict[str, str]) -> Any:
    timer = flow().timer_care.get(id, actor=actor())
    due = timer.row.due_at.astimezone(COPENHAGEN)
    page = render_template(
        "timer.html",
        timer=timer,
        errors=errors,
        typed=request.form.get("forfalder") or due.strftime("%Y-%m-%dT%H:%M"),
        reason=request.form.get("begrundelse", ""),
        form=request.endpoint,
    )
    if not errors:
        return page
    return page, HTTPStatus.CONFLICT if "handling" in errors else HTTPStatus.UNPROCESSABLE_ENTITY

"""One act on many instances, for operators: chosen by a filter, seen first, then followed and paused."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases.civil_time import COPENHAGEN
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.model import IncidentKind
from flowcase.services.batches import Asked, NeedsAnother
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("batches", __name__, url_prefix="/drift/mange")

SHOWN = 100  # instances listed before it is decided
_TEXTS = ("forloeb", "udgave", "element", "haendelse", "tilstand", "fra", "til", "forsinket")


@blueprint.get("")
@login_required
def index() -> Any:
    return render_template(
        "batches.html", rows=flow().batches.list(actor=actor()), acts=_acts(), status=_status
    )


@blueprint.route("/nyt", methods=["GET", "POST"])
@login_required
def new() -> Any:
    """Choose, see, and keep what is to be done; nothing is done before it is let run."""
    given = request.values
    chosen = {name: given.get(name, "").strip() for name in _TEXTS}
    errors: dict[str, str] = {}
    asked = _asked(chosen, errors)
    rows: Any = []
    if chosen_any := any(chosen.values()):
        try:
            rows = flow().batches.chosen(asked, actor=actor()) if not errors else []
        except Refused:
            errors["forloeb"] = gettext("Mere end 10.000 forløb er valgt. Afgræns dem mere.")
    else:
        flow().batches.list(actor=actor())  # asks whether one may
    if request.method == "POST" and not errors:
        id = _planned(asked, errors)
        if id is not None:
            return redirect(url_for("batches.show", id=id), HTTPStatus.SEE_OTHER)
    page = render_template(
        "batch_new.html",
        chosen=chosen,
        is_chosen=chosen_any,
        rows=rows[:SHOWN],
        count=len(rows),
        acts=_acts(),
        kinds=[kind.value for kind in IncidentKind],
        typed=request.form,
        errors=errors,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    batch = flow().batches.get(id, actor=actor())
    return render_template(
        "batch.html",
        batch=batch,
        refused=flow().batches.items(id, actor=actor(), status="refused", limit=500),
        acts=_acts(),
        status=_status,
    )


@blueprint.post("/<id>/<act>")
@login_required
def act(id: str, act: str) -> Any:
    """`koer`, `pause`, `genoptag` or `stands`."""
    service = flow().batches
    acts: dict[str, Any] = {
        "koer": service.run,
        "pause": service.pause,
        "genoptag": service.resume,
        "stands": service.stop,
    }
    if act not in acts:
        raise NotFound("act on a batch", act)
    try:
        acts[act](id, actor=actor())
    except NeedsAnother:
        flash(gettext("En anden i drift end den, der har planlagt det, skal sætte det i gang."), "warning")
    except Conflict:
        flash(gettext("Det er kommet videre imens. Se, hvordan det står nu."), "warning")
    return redirect(url_for("batches.show", id=id), HTTPStatus.SEE_OTHER)


def _planned(asked: Asked, errors: dict[str, str]) -> str | None:
    form = request.form
    element, target = form.get("sted", "").strip(), form.get("nyt_sted", "").strip()
    if not form.get("begrundelse", "").strip():
        errors["begrundelse"] = gettext("Skriv en begrundelse. Den bliver stående i historikken.")
    if form.get("handling") not in _acts():
        errors["handling"] = gettext("Vælg, hvad der skal ske.")
    if form.get("handling") in ("skip", "move") and not element:
        errors["sted"] = gettext("Skriv det element, som forløbene står ved.")
    if form.get("handling") == "move" and not target:
        errors["nyt_sted"] = gettext("Skriv det element, som de skal flyttes til.")
    if errors:
        return None
    try:
        return flow().batches.plan(
            asked,
            form["handling"],
            reason=form["begrundelse"],
            actor=actor(),
            element=element,
            target=target,
        )
    except Refused:
        errors["forloeb"] = gettext("Ingen forløb er valgt. Vælg nogle andre.")
        return None


def _asked(chosen: dict[str, str], errors: dict[str, str]) -> Asked:
    days: dict[str, dt.datetime | None] = {"fra": None, "til": None}
    for name in days:
        if not chosen[name]:
            continue
        try:
            day = dt.date.fromisoformat(chosen[name]) + dt.timedelta(days=name == "til")
            days[name] = dt.datetime.combine(day, dt.time(), tzinfo=COPENHAGEN).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            errors[name] = gettext("Skriv en dato, for eksempel 2026-03-27.")
    version = chosen["udgave"]
    if version and not (version.isascii() and version.isdigit() and len(version) < 7):
        errors["udgave"] = gettext("Skriv et tal.")
        version = ""
    if version and not chosen["forloeb"]:
        errors["forloeb"] = gettext("Skriv, hvilket forløb udgaven er af.")
    return Asked(
        process=chosen["forloeb"],
        version=int(version) if version else None,
        element=chosen["element"],
        incident=chosen["haendelse"],
        status=chosen["tilstand"] if chosen["tilstand"] in ("active", "suspended") else "",
        is_overdue=bool(chosen["forsinket"]),
        started_from=days["fra"],
        started_before=days["til"],
    )


def _acts() -> dict[str, str]:
    return {
        "retry": gettext("Prøv åbne hændelser igen"),
        "suspend": gettext("Sæt på pause"),
        "resume": gettext("Genoptag"),
        "cancel": gettext("Afbryd forløbet"),
        "skip": gettext("Spring et element over"),
        "move": gettext("Flyt til et andet element"),
    }


def _status(code: str) -> str:
    return {
        "planned": gettext("planlagt"),
        "running": gettext("i gang"),
        "paused": gettext("på pause"),
        "done": gettext("færdig"),
        "stopped": gettext("standset"),
        "waiting": gettext("venter"),
        "refused": gettext("kunne ikke"),
    }.get(code, code)

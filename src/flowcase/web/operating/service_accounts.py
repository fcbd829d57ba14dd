"""The page of programs' accounts: made with scopes, shown their token once, ended; for operators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.groups import NAMES
from flowcase.access.permissions import groups_to_give_programs
from flowcase.errors import Conflict, InvalidValues
from flowcase.web.forms import shown_once
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

# What `access/scopes.py` says in the words of the API's document; the catalogue has the English.
SCOPE_WORDS = {
    "notifications:write": "Aflevere underretninger.",
    "tasks:read": "Se lister over opgaver og læse dem.",
    "tasks:write": "Tage, slippe, uddelegere og fuldføre opgaver.",
    "lists:read": "Læse gemte udvalg af opgaver, og hvem de er delt med.",
    "lists:write": "Gemme, slette, dele og trække gemte udvalg af opgaver tilbage.",
    "absences:read": "Se lister over fravær hos dem, kontoen leder.",
    "absences:write": "Melde, afslutte og aflyse fravær hos dem, kontoen leder.",
    "cases:read": "Se lister over sager; læse deres åbne fakta, frister og poster af klasse K0.",
    "instances:read": "Se lister over forløb og læse dem.",
    "instances:write": "Begynde, standse, genoptage og annullere forløb; gå tilbage; flytte tokens; "
    "standse processer.",
    "timers:read": "Se lister over timere og læse dem.",
    "timers:write": "Flytte timere og udløse dem nu.",
    "jobs:read": "Se lister over job og læse dem, uden det de bærer.",
    "jobs:write": "Prøve job nu, sætte dem forrest, tage dem fra en maskine, der er væk.",
    "batches:read": "Se, hvilke forløb et filter vælger; se lister over samlede handlinger og læse dem.",
    "batches:write": "Planlægge samlede handlinger; sætte dem i gang, på pause, fortsætte, standse, "
    "fortryde.",
    "deployments:read": "Se, hvad der er sat i drift, og procesdefinitioner; læse deres filer.",
    "deployments:write": "Sætte filer i drift.",
    "messages:write": "Sende meddelelser til forløb.",
    "history:read": "Læse historikken, så langt klasse K0 rækker.",
    "history:export": "Tage historikken ud som fil, så langt klasse K0 rækker.",
    "webhooks:read": "Se lister over webhooks, og hvad de har fået at vide.",
    "webhooks:write": "Oprette og afslutte webhooks; sende igen, hvad de fik at vide.",
    "metrics:read": "Læse, hvordan installationen har det.",
}

blueprint = Blueprint("service_accounts", __name__, url_prefix="/servicekonti")


@blueprint.get("")
@login_required
def index() -> Any:
    return _page(token=shown_once.taken(url_for("service_accounts.index")))


@blueprint.post("")
@login_required
def make() -> Any:
    """Make an account; its token is on the page that follows and nowhere else."""
    given = request.form
    days = given.get("dage", "").strip()
    try:
        token = flow().service_accounts.make(
            given.get("navn", "").strip(),
            groups=given.getlist("gruppe"),
            scopes=given.getlist("adgang"),
            days=int(days) if days.isdecimal() else None if not days else 0,
            actor=actor(),
        )
    except InvalidValues as error:
        return _page(problems={name: said[0] for name, said in error.errors.items()})
    except Conflict:
        return _page(problems={"navn": "Der er allerede en konto med det navn."})
    return shown_once.redirect_to(url_for("service_accounts.index"), token, at="noegle")


@blueprint.post("/<id>/slut")
@login_required
def end(id: str) -> Any:
    flow().service_accounts.end(id, actor=actor())
    flash(gettext("Kontoen er afsluttet. Dens nøgle åbner ikke noget mere."), "success")
    return redirect(url_for("service_accounts.index"), HTTPStatus.SEE_OTHER)


def _page(problems: dict[str, str] | None = None, token: str = "") -> Any:
    typed = request.form if problems else None
    given = groups_to_give_programs(actor())
    page = render_template(
        "service_accounts.html",
        accounts=flow().service_accounts.list(actor=actor()),
        scopes={scope: gettext(what) for scope, what in SCOPE_WORDS.items()},
        groups=sorted(NAMES if given is None else given),
        problems={name: gettext(said) for name, said in (problems or {}).items()},
        name=typed.get("navn", "") if typed else "",
        days=typed.get("dage", "") if typed else "",
        chosen=set(typed.getlist("adgang")) | set(typed.getlist("gruppe")) if typed else set(),
        token=token,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK

"""The page of programs' accounts: made with scopes, shown their token once, ended; for operators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.groups import NAMES
from flowcase.access.scopes import SCOPES
from flowcase.errors import Conflict, InvalidValues
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("service_accounts", __name__, url_prefix="/servicekonti")


@blueprint.get("")
@login_required
def index() -> Any:
    return _page()


@blueprint.post("")
@login_required
def make() -> Any:
    """Make an account; its token is on the answer and nowhere else."""
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
    return _page(token=token)


@blueprint.post("/<id>/slut")
@login_required
def end(id: str) -> Any:
    flow().service_accounts.end(id, actor=actor())
    flash(gettext("Kontoen er afsluttet. Dens nøgle åbner ikke noget mere."), "success")
    return redirect(url_for("service_accounts.index"), HTTPStatus.SEE_OTHER)


def _page(problems: dict[str, str] | None = None, token: str = "") -> Any:
    typed = request.form if problems else None
    page = render_template(
        "service_accounts.html",
        accounts=flow().service_accounts.list(actor=actor()),
        scopes=SCOPES,
        groups=sorted(NAMES),
        problems={name: gettext(said) for name, said in (problems or {}).items()},
        name=typed.get("navn", "") if typed else "",
        days=typed.get("dage", "") if typed else "",
        chosen=set(typed.getlist("adgang")) | set(typed.getlist("gruppe")) if typed else set(),
        token=token,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK

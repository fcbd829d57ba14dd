"""Pages of webhooks: made with a secret that is shown once, ended, and what each was told; for operators."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import InvalidValues
from flowcase.history.kind_names import kind_name
from flowcase.history.webhook_kinds import KINDS
from flowcase.web.forms import shown_once
from flowcase.web.forms.api_pages import place_from, token_of
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
_FIELDS = {"address": "adresse", "kinds": "slags"}  # of the service, by those of the page

PAGE = 50
OLD_SECRET_HOURS = ("24", "168", "0")  # as the page lets one choose


@blueprint.get("")
@login_required
def index() -> Any:
    return _page(secret=shown_once.taken(url_for("webhooks.index")))


@blueprint.post("")
@login_required
def make() -> Any:
    """Make a webhook; its secret is on the page that follows and nowhere else."""
    given = request.form
    try:
        _, secret = flow().webhooks.make(
            given.get("adresse", "").strip(), given.getlist("slags"), actor=actor()
        )
    except InvalidValues as error:
        return _page(problems={_FIELDS[name]: said[0] for name, said in error.errors.items()})
    return shown_once.redirect_to(url_for("webhooks.index"), secret, at="hemmelighed")


@blueprint.post("/<id>/slut")
@login_required
def end(id: str) -> Any:
    flow().webhooks.end(id, actor=actor())
    flash(gettext("Webhooken er afsluttet. Der sendes ikke mere dertil."), "success")
    return redirect(url_for("webhooks.index"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    """What it was told, the newest first."""
    place = place_from(request.args.get("efter", ""))
    rows, following = flow().webhooks.deliveries(id, after=place, limit=PAGE, actor=actor())
    return render_template(
        "webhook.html",
        webhook=flow().webhooks.get(id, actor=actor()),
        secret=shown_once.taken(url_for("webhooks.show", id=id)),
        rows=rows,
        following=token_of(following) if following else "",
        kind_name=lambda kind: kind_name(kind, current()),
    )


@blueprint.post("/<id>/hemmelighed")
@login_required
def change_secret(id: str) -> Any:
    """Change its secret; the new one is on the page that follows and nowhere else."""
    given = request.form.get("timer", "")
    keep_old = dt.timedelta(hours=int(given) if given in OLD_SECRET_HOURS else -1)
    try:
        secret = flow().webhooks.change_secret(id, keep_old=keep_old, actor=actor())
    except InvalidValues:
        abort(HTTPStatus.BAD_REQUEST)
    return shown_once.redirect_to(url_for("webhooks.show", id=id), secret, at="hemmelighed")


@blueprint.post("/<id>/leveringer/<delivery>")
@login_required
def resend(id: str, delivery: str) -> Any:
    flow().webhooks.resend(delivery, actor=actor())
    flash(gettext("Leveringen sendes igen."), "success")
    return redirect(url_for("webhooks.show", id=id), HTTPStatus.SEE_OTHER)


def _page(problems: dict[str, str] | None = None, secret: str = "") -> Any:
    typed = request.form if problems else None
    kinds = sorted(((kind, kind_name(kind, current())) for kind in KINDS), key=lambda each: each[1])
    page = render_template(
        "webhooks.html",
        webhooks=flow().webhooks.list(actor=actor()),
        kinds=kinds,
        kind_name=lambda kind: kind_name(kind, current()),
        problems={name: gettext(said) for name, said in (problems or {}).items()},
        address=typed.get("adresse", "") if typed else "",
        chosen=set(typed.getlist("slags")) if typed else set(),
        secret=secret,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK

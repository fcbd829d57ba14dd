"""Processes for operators: which of them nothing starts from now, who decided so, and what waits for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.services.operating.suspensions import OneProcess
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.reasons import reason_problem
from flowcase.web.words.suspension_words import said

blueprint = Blueprint("suspensions", __name__, url_prefix="/drift/processer")

SHOWN = 100  # held starts listed on a page


@blueprint.get("")
@login_required
def index() -> Any:
    """Every process in force, the suspended ones first."""
    rows = flow().suspensions.processes(actor=actor())
    return render_template(
        "suspensions.html",
        rows=sorted(rows, key=lambda row: not row.suspensions),
        said=said,
        number=sum(bool(row.suspensions) for row in rows),
    )


@blueprint.get("/<process>")
@login_required
def show(process: str) -> Any:
    return _page(process, {})


@blueprint.post("/<process>/<act>")
@login_required
def act(process: str, act: str) -> Any:
    """`pause` or `genoptag`, with a reason."""
    if not may_operate(actor()):
        raise Forbidden(f"suspend or resume process '{process}'", "only an operator may")
    if act not in ("pause", "genoptag"):
        raise NotFound("act on a process", act)
    form, errors = request.form, dict[str, str]()
    version = _version(form.get("udgave", ""), flow().suspensions.get(process, actor=actor()), errors)
    reason = form.get("begrundelse", "").strip()
    if wrong := reason_problem(reason):
        errors["begrundelse"] = wrong
    if errors:
        return _page(process, errors)
    options: dict[str, Any] = {"version": version, "reason": reason, "actor": actor()}
    with_instances = bool(form.get("forloeb"))
    try:
        if act == "pause":
            batch = flow().suspensions.suspend(process, with_instances=with_instances, **options)
            batches = [batch] if batch else []
            flash(gettext("Processen er sat på pause. Intet nyt begynder, før den genoptages."), "success")
        else:
            batches = list(
                flow().suspensions.resume(
                    process, with_instances=with_instances, with_calls=bool(form.get("kald")), **options
                )
            )
            flash(gettext("Processen er genoptaget. Det, der ventede, begynder nu."), "success")
    except Conflict:
        flash(gettext("Det er kommet videre imens. Se, hvordan det står nu."), "warning")
        batches = []
    except Refused:
        errors["forloeb"] = gettext(
            "Mere end 10.000 forløb kører. Sæt processen på pause uden dem, og vælg dem bagefter."
        )
        return _page(process, errors)
    if batches:
        return redirect(url_for("batches.show", id=batches[0]), HTTPStatus.SEE_OTHER)
    return redirect(url_for("suspensions.show", process=process), HTTPStatus.SEE_OTHER)


@blueprint.post("/<process>/ventende")
@login_required
def drop(process: str) -> Any:
    """Let the ticked held starts never begin, with a reason."""
    if not may_operate(actor()):
        raise Forbidden(f"drop held starts of process '{process}'", "only an operator may")
    flow().suspensions.get(process, actor=actor())
    chosen, errors = request.form.getlist("venter"), dict[str, str]()
    if not chosen:
        errors["venter"] = gettext("Sæt kryds ved mindst et forløb, der venter.")
    reason = request.form.get("drop-begrundelse", "").strip()
    if wrong := reason_problem(reason):
        errors["drop-begrundelse"] = wrong
    if errors:
        return _page(process, errors)
    dropped = flow().suspensions.drop(chosen, process=process, reason=reason, actor=actor())
    if dropped:
        flash(gettext("{number} er droppet og begynder ikke.").format(number=len(dropped)), "success")
    if len(dropped) < len(set(chosen)):
        gone = len(set(chosen)) - len(dropped)
        flash(gettext("{number} ventede ikke længere. De er begyndt imens.").format(number=gone), "warning")
    return redirect(url_for("suspensions.show", process=process), HTTPStatus.SEE_OTHER)


def _version(typed: str, seen: OneProcess, errors: dict[str, str]) -> int | None:
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) < 7 and 0 < int(typed) <= seen.row.version:
        return int(typed)
    errors["udgave"] = gettext("Vælg en af udgaverne.")
    return None


def _page(process: str, errors: dict[str, str]) -> Any:
    seen = flow().suspensions.get(process, actor=actor())
    suspended = {each.version for each in seen.suspensions}
    page = render_template(
        "suspension.html",
        seen=seen,
        said=said,
        open_versions=[
            each
            for each in range(seen.row.version, 0, -1)
            if each not in suspended and (each == seen.row.version or each in seen.versions)
        ],
        held=flow().suspensions.held(process, actor=actor(), limit=SHOWN),
        waiting_calls=flow().suspensions.waiting_calls(actor=actor()),
        may_decide=may_operate(actor()),
        errors=errors,
        typed=request.form,
        ticked=set(request.form.getlist("venter")),
    )
    return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if errors else page

"""The page for erasing cases whose time is over: what is due, a second person's yes, and legal holds."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_hold_cases, may_propose_erasure
from flowcase.cases.retention import SINGLE, SINGLE_OPEN
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.web.forms import asked_days
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import said_of

blueprint = Blueprint("retention", __name__, url_prefix="/opbevaring")

DOCUMENT_REASONS = "dokument_opbevaring_grunde"
HOLD_REASONS, LIFT_REASONS = "slettestop_grunde", "slettestop_ophoer"
_KEPT = {
    "slettestop": "Ikke slettet: sagen har slettestop",
    "i_brug": "Ikke slettet: noget uden for sagen arbejder på den",
    "ikke_laengere_udloebet": "Ikke slettet: den skal ikke længere slettes",
    "godkender_ikke_laengere_myndig": "Ikke slettet: den, der godkendte, må ikke længere",
    "godkender_findes_ikke": "Ikke slettet: den, der godkendte, er her ikke længere",
}
_ANSWERED = "En anden har svaret imens. Her står det, som det er nu."
_SINGLES = {
    SINGLE: "kun denne sag, før dens tid",
    SINGLE_OPEN: "kun denne sag, og den er åben: den afsluttes",
}


@blueprint.get("")
@login_required
def index() -> Any:
    return _page()


@blueprint.post("/forslag")
@login_required
def propose() -> Any:
    """Ask a second person to let the chosen cases be erased."""
    try:
        flow().retention.propose(request.form.getlist("sag"), actor=actor())
    except Refused as error:
        return _page(problem=said_of(error.because)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Sletningen er foreslået. En anden skal godkende den."), "success")
    return redirect(url_for("retention.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/forslag/<id>")
@login_required
def decide(id: str) -> Any:
    is_approved = request.form.get("svar") == "ja"
    try:
        flow().retention.decide(id, is_approved=is_approved, actor=actor())
    except Conflict:
        return _page(problem=gettext(_ANSWERED)), HTTPStatus.CONFLICT
    said = (
        gettext("Sletningen er godkendt. Driften udfører den.")
        if is_approved
        else gettext("Sletningen er afvist.")
    )
    flash(said, "success")
    return redirect(url_for("retention.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/dokumenter")
@login_required
def propose_document() -> Any:
    """Ask a second person to let one document be kept longer or shorter than its case."""
    flow().retention.documents.check_may_propose(actor())
    given = request.form
    until, wrong = asked_days.day(given, "til")
    if until is None:
        return _page(day_problem=wrong or gettext("Vælg en dag.")), HTTPStatus.UNPROCESSABLE_ENTITY
    reason = given.get("dokument_grund", "")
    if reason not in {code for code, _ in _choices(DOCUMENT_REASONS)}:
        return _page(document_problem=gettext("Vælg en grund.")), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        flow().retention.documents.propose(
            given.get("dokument", "").strip(), until=until, reason=reason, actor=actor()
        )
    except NotFound:
        said = gettext("Der er intet dokument med det nummer.")
        return _page(document_problem=said), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as error:
        return _page(document_problem=gettext(error.because)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Opbevaringen er foreslået. En anden skal godkende den."), "success")
    return redirect(url_for("retention.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/dokumenter/<id>")
@login_required
def decide_document(id: str) -> Any:
    is_approved = request.form.get("svar") == "ja"
    try:
        flow().retention.documents.decide(id, is_approved=is_approved, actor=actor())
    except Conflict:
        return _page(document_problem=gettext(_ANSWERED)), HTTPStatus.CONFLICT
    said = gettext("Opbevaringen er godkendt.") if is_approved else gettext("Opbevaringen er afvist.")
    flash(said, "success")
    return redirect(url_for("retention.index"), HTTPStatus.SEE_OTHER)


@blueprint.post("/slettestop")
@login_required
def hold() -> Any:
    """Forbid the erasure of a case, or allow it again."""
    given = request.form
    code, reason = given.get("kode", "").strip().upper(), given.get("grund", "")
    act = flow().erasure.lift if given.get("ophoer") else flow().erasure.hold
    try:
        act(code, reason=reason, actor=actor())
    except NotFound:
        return _page(hold_problem=gettext("Der er ingen sag med den kode.")), HTTPStatus.UNPROCESSABLE_ENTITY
    except Conflict:
        said = (
            gettext("Sagen har ikke slettestop mere.")
            if given.get("ophoer")
            else gettext("Sagen har allerede slettestop, eller den er slettet.")
        )
        return _page(hold_problem=said), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused:
        return _page(hold_problem=gettext("Vælg en grund.")), HTTPStatus.UNPROCESSABLE_ENTITY
    said = gettext("{code} må slettes igen.") if given.get("ophoer") else gettext("{code} må ikke slettes.")
    flash(said.format(code=code), "success")
    return redirect(url_for("retention.index"), HTTPStatus.SEE_OTHER)


def _page(
    *, problem: str = "", hold_problem: str = "", document_problem: str = "", day_problem: str = ""
) -> str:
    reasons, lifts = _choices(HOLD_REASONS), _choices(LIFT_REASONS)
    document_reasons = _choices(DOCUMENT_REASONS)
    return render_template(
        "retention.html",
        seen=flow().retention.overview(actor=actor()),
        may_propose=may_propose_erasure(actor()),
        may_hold=may_hold_cases(actor()),
        reasons=reasons,
        lifts=lifts,
        document_reasons=document_reasons,
        document_problem=document_problem or day_problem,
        document_day=(request.form.get("til", ""), day_problem),
        document=request.form.get("dokument") or request.args.get("dokument", ""),
        words=dict(
            [*reasons, *lifts, *document_reasons, *((code, gettext(said)) for code, said in _KEPT.items())]
        ),
        singles={code: gettext(said) for code, said in _SINGLES.items()},
        problem=problem,
        hold_problem=hold_problem,
        typed=request.form,
    )


def _choices(setting: str) -> list[tuple[str, str]]:
    """(code, label) of a setting that lists choices."""
    composition = flow().rule_sets.current()
    found: Any = (composition.settings.get(setting) if composition else None) or ()
    return [(str(each["value"]), str(each["label"])) for each in found]

"""Pages of access reports: whom a case knows, what is held about one of them, the second yes, the PDF."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases.own_data import State
from flowcase.errors import Conflict, InvalidValues, Refused
from flowcase.modeling.names import decision_name
from flowcase.services.auditing.access_reports import AccessReport, ContentChanged
from flowcase.services.auditing.own_data import Held, OfCase, Received
from flowcase.web import pdf
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import group, value
from flowcase.web.words.record_words import labels_of, record_name, record_value

blueprint = Blueprint("access_reports", __name__)

ATTACHED = "indsigt.json"
_ROLES = {
    "barn": "Barnet",
    "mor": "Mor",
    "far": "Far",
    "vaerge": "Værge",
    "soeskende": "Søskende",
    "netvaerksperson": "Netværksperson",
}
_OTHER = "Anden i familien"
_STATUS = {
    "waiting": "Venter på gennemlæsning og godkendelse",
    "approved": "Godkendt",
    "declined": "Afvist",
}
_HOW = {
    "disclosure": "Videregivelse",
    "guest": "Link til en gæst",
    "meeting": "Indkaldt til møde",
    "export": "Sagsakt eller udtræk taget ud",
    "journal": "Sendt til journalen",
}
# (how, what of it) -> the attribute whose codes they are
_WORDS_OF = {
    ("disclosure", "purpose"): ("Videregivelse", "formaal_kode"),
    ("disclosure", "kinds"): ("Videregivelse", "oplysningstyper"),
    ("meeting", "purpose"): ("Moede", "slags"),
}


@blueprint.get("/indsigt")
@login_required
def index() -> Any:
    """What waits for the second person."""
    rows = flow().access_reports.waiting(actor=actor())
    return render_template("access_reports.html", rows=rows, status=_status)


@blueprint.get("/sager/<code>/indsigt")
@login_required
def ask(code: str) -> Any:
    return _asking(code)


@blueprint.post("/sager/<code>/indsigt")
@login_required
def begin(code: str) -> Any:
    """Ask for a report about one of those whom the case knows."""
    given = request.form
    try:
        id = flow().access_reports.ask(
            code, place=given.get("person", ""), recipient=given.get("modtager", ""), actor=actor()
        )
    except InvalidValues as error:
        problems = {name: gettext(said[0]) for name, said in error.errors.items()}
        return _asking(code, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("access_reports.show", id=id), HTTPStatus.SEE_OTHER)


@blueprint.get("/indsigt/<id>")
@login_required
def show(id: str) -> Any:
    return _report(id)


@blueprint.post("/indsigt/<id>")
@login_required
def read(id: str) -> Any:
    """Save what somebody has read and found giveable."""
    try:
        flow().access_reports.read(id, request.form.getlist("giv"), actor=actor())
    except Conflict:
        return _answered_meanwhile(id)
    flash(gettext("Gemt. Det, der ikke er valgt, holdes tilbage."), "success")
    return redirect(url_for("access_reports.show", id=id), HTTPStatus.SEE_OTHER)


@blueprint.post("/indsigt/<id>/svar")
@login_required
def answer(id: str) -> Any:
    is_approved = request.form.get("svar") == "ja"
    content = request.form.get("indhold", "")
    try:
        flow().access_reports.answer(id, is_approved=is_approved, content=content, actor=actor())
    except ContentChanged:
        said = gettext("Noget er ændret, siden du åbnede siden. Se det igennem igen.")
        return _report(id, problem=said), HTTPStatus.CONFLICT
    except Conflict:
        return _answered_meanwhile(id)
    words = gettext("Indsigten er godkendt.") if is_approved else gettext("Indsigten er afvist.")
    flash(words, "success")
    return redirect(url_for("access_reports.show", id=id), HTTPStatus.SEE_OTHER)


@blueprint.post("/indsigt/<id>/pdf")
@login_required
def hand_out(id: str) -> Any:
    try:
        made = flow().access_reports.hand_out(id, actor=actor())
    except ContentChanged:
        said = gettext("Det, der blev godkendt, findes ikke længere sådan. Bed om indsigten på ny.")
        return _report(id, problem=said), HTTPStatus.CONFLICT
    report = made.report
    return pdf.response(
        "access_report_pdf.html",
        name=f"indsigt-{report.row.case_code}.pdf",
        attachments=[(ATTACHED, made.machine, gettext("Oversigten til maskiner"))],
        report=report,
        digest=made.digest,
        attached=ATTACHED,
        recipient=_recipient(report.row.recipient),
        **_words(),
    )


def _answered_meanwhile(id: str) -> Any:
    said = gettext("En anden har svaret imens. Her står indsigten, som den er nu.")
    return _report(id, problem=said), HTTPStatus.CONFLICT


def _asking(code: str, problems: dict[str, str] | None = None) -> str:
    reports = flow().access_reports
    return render_template(
        "access_report_ask.html",
        code=code,
        people=reports.people(code, actor=actor()),
        rows=reports.of_case(code, actor=actor()),
        recipients=reports.recipients(),
        role=_role,
        status=_status,
        problems=problems or {},
        typed=request.form,
    )


def _report(id: str, problem: str = "") -> Any:
    try:
        report = flow().access_reports.show(id, actor=actor())
    except Refused as error:
        page = render_template("access_report_gone.html", said=gettext(error.because))
        return page, HTTPStatus.CONFLICT
    return render_template(
        "access_report.html",
        report=report,
        recipient=_recipient(report.row.recipient),
        status=_status,
        problem=problem,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "role": _role,
        "label": _label,
        "entity_name": lambda held: record_name(held.entity),
        "said": _said,
        "by_record": _by_record,
        "to_read": _to_read,
        "ground": _ground,
        "how": lambda one: gettext(_HOW[one.how]),
        "who": _who,
        "decisions": _decisions,
        "purpose": lambda one: _coded(one, "purpose", one.purpose),
        "kinds": lambda one: _coded(one, "kinds", one.kinds),
        "looker": lambda groups: ", ".join(group(each) for each in groups) or gettext("Andre"),
    }


def _role(code: str) -> str:
    return gettext(_ROLES.get(code, _OTHER))


def _status(code: str) -> str:
    return gettext(_STATUS[code])


def _recipient(code: str) -> str:
    return dict(flow().access_reports.recipients()).get(code, code)


def _label(held: Held) -> str:
    return labels_of(held.entity)[held.attribute]


def _said(held: Held) -> str:
    return record_value(held.entity, held.attribute, held.value)


def _by_record(case: OfCase, chosen: frozenset[str]) -> list[tuple[str, Any, list[Held]]]:
    """(what it is, since when, its data) of every record of which something is given."""
    found: dict[str, list[Held]] = {}
    for each in case.given(chosen):
        if value(each.value):
            found.setdefault(each.record, []).append(each)
    return [(record_name(rows[0].entity), rows[0].since, rows) for rows in found.values()]


def _decisions(case: OfCase) -> list[tuple[str, list[dt.datetime]]]:
    """(table, when it answered) by name: each answer for itself says nothing to who the case is about."""
    found: dict[str, list[dt.datetime]] = {}
    for one in case.decided:
        found.setdefault(decision_name(one.decision, one.name), []).append(one.at)
    return sorted(found.items())


def _to_read(case: OfCase) -> list[Held]:
    return [each for each in case.held if each.state is State.TO_READ and value(each.value)]


def _ground(report: AccessReport, code: str) -> tuple[str, str]:
    """(why, by which rule) something is kept back."""
    for each in report.texts.get("grunde") or ():
        if each["value"] == code:
            return str(each["label"]), str(each["hjemmel"])
    return code, ""


def _coded(one: Received, what: str, codes: Any) -> str:
    """In the words of the record that it stood in."""
    place = _WORDS_OF.get((one.how, what))
    return record_value(*place, list(codes) if what == "kinds" else codes) if place and codes else ""


def _who(one: Received) -> str:
    return ", ".join(group(each) for each in one.who)

"""A team as who leads it sees it: how the work lies, what is late, who could take a case, who stands in."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases.civil_time import local_date
from flowcase.errors import Conflict, InvalidValues, NotFound
from flowcase.services.staffing.absences import FIRST, LAST
from flowcase.services.tasks.caseload_moves import ABSENCE_FORM, CHANGE_FORM, Moved, days_of
from flowcase.web.forms import form_notes, form_page, form_sent
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import absence as absence_words
from flowcase.web.words.presenting import person as name_of
from flowcase.web.words.presenting import sentence

if TYPE_CHECKING:
    from flowcase.errors import FlowcaseError
    from flowcase.modeling.form import Form
    from flowcase.services.staffing.team_overviews import Load

blueprint = Blueprint("team", __name__)

BAR_WIDTH = 240  # units of the drawing: the limit stands at three quarters of it
_PEOPLE = "personer_med_sagstal"  # what the forms call the list of caseworkers
_TO = "ny"  # field of the form that names somebody


@blueprint.get("/team")
@login_required
def index() -> Any:
    """Every team that the actor leads, on one page."""
    teams = flow().team_overviews.teams(actor())
    now = flow().clock.now()
    return render_template("team.html", teams=teams, bar=_bar, bar_width=BAR_WIDTH, now=now, today=_today())


@blueprint.get("/team/<team>/overskredet")
@login_required
def overdue(team: str) -> Any:
    rows = flow().team_overviews.overdue(team, actor=actor())
    names = {row.process: row.name for row in flow().deployments.definitions()}
    return render_template(
        "team_overdue.html", team=team, rows=rows, process_names=names, now=flow().clock.now()
    )


@blueprint.get("/team/sager/<code>/tildeling")
@login_required
def alternatives(code: str) -> Any:
    """Who could have a case, the best first, with the reasons."""
    loads = flow().team_overviews.alternatives(code, actor=actor())
    flow().reading_log.note(code, page="case", actor=actor())
    offered = flow().inboxes.offered(actor(), case=code)
    return render_template("team_alternatives.html", code=code, loads=loads, tasks=offered, today=_today())


@blueprint.route("/team/raadgivere/<person>/overdragelse", methods=["GET", "POST"])
@login_required
def hand_over(person: str) -> Any:
    """A whole caseload to others: first what would go to whom, then, by a second button, the doing of it."""
    row = flow().caseload_moves.person(person, actor=actor())
    held = flow().caseload_moves.caseload(person, actor=actor())
    form = flow().caseload_moves.form(CHANGE_FORM)
    loads = [load for load in _colleagues() if load.person.id != person]
    dates, errors = form_sent.Dates(_today()), None
    raw = _sent(form, dates)
    codes = [case.code for case in held]
    ticked = [code for code in request.form.getlist("sag") if code in codes] if request.form else codes
    to = {code: request.form.get(f"til.{code}") or str(raw.get(_TO) or "") for code in ticked}
    more = {code: request.form.get(f"om.{code}", "") for code in ticked}
    problem, moved, notes = "", None, form_notes.NOTHING_NOTED
    if request.method == "POST":
        problem = _cannot_hand_over(ticked, to)
        texts = {f"om.{code}": (f"{gettext('Særligt om sagen')} {code}", more[code]) for code in ticked}
        notes = form_notes.with_texts(_notes(form, raw, dates), texts, request.form)
        if not problem and not notes and "gennemfoer" in request.form:
            moved = flow().caseload_moves.hand_over(person, to, raw, more=more, actor=actor())
            errors = _wrong_fields(moved)
            if not moved.not_done:
                flash(gettext("Sager overdraget: {count}.").format(count=len(moved.done)), "success")
                return redirect(url_for("team.index"))
            held = flow().caseload_moves.caseload(person, actor=actor())
    return render_template(
        "team_hand_over.html",
        who=row,
        held=held,
        page=_page(form, raw, loads, errors, notes),
        loads=loads,
        named=_name,
        ticked=set(ticked),
        to=to,
        more=more,
        problem=problem,
        moved=moved,
        why=_why,
        is_preview=request.method == "POST" and not problem and moved is None,
        now=flow().clock.now(),
    ), HTTPStatus.UNPROCESSABLE_ENTITY if problem or moved else HTTPStatus.OK


@blueprint.route("/team/raadgivere/<person>/fravaer", methods=["GET", "POST"])
@login_required
def absence(person: str) -> Any:
    """Somebody is away, or will be: from when to when, and who stands in, in which cases."""
    held = flow().caseload_moves.caseload(person, actor=actor())
    form = flow().caseload_moves.form(ABSENCE_FORM)
    form = form if held else days_of(form)
    loads = [load for load in _colleagues(person) if load.person.id != person] if held else []
    dates, errors = form_sent.Dates(_today()), None
    raw = _sent(form, dates)
    codes = [case.code for case in held]
    ticked = [code for code in request.form.getlist("sag") if code in codes] if request.form else codes
    moved, notes = None, form_notes.NOTHING_NOTED
    if request.method == "POST":
        notes = _notes(form, raw, dates)
        if not notes:
            try:
                moved = flow().caseload_moves.report_absence(person, ticked, raw, actor=actor())
                errors = _wrong_fields(moved)
            except InvalidValues as error:
                errors = error.errors
            if moved and not moved.not_done:
                flash(_reported(len(moved.done)), "success")
                return redirect(url_for("team.deputies"))
    return render_template(
        "team_absence.html",
        who_id=person,
        held=held,
        page=_page(form, raw, loads, errors, notes),
        ticked=set(ticked),
        moved=moved,
        why=_why,
    ), HTTPStatus.UNPROCESSABLE_ENTITY if moved or errors else HTTPStatus.OK


@blueprint.route("/team/raadgivere/<person>/fravaer/<until>", methods=["GET", "POST"])
@login_required
def last_day(person: str, until: str) -> Any:
    """What is under way or announced until one day is to last until another."""
    try:
        last_before = dt.date.fromisoformat(until)
    except ValueError:
        abort(HTTPStatus.NOT_FOUND)
    if person != actor().id:
        flow().caseload_moves.person(person, actor=actor())
    form = days_of(flow().caseload_moves.form(ABSENCE_FORM), (LAST,))
    dates, errors, notes = form_sent.Dates(_today()), None, form_notes.NOTHING_NOTED
    raw = _sent(form, dates)
    there = redirect(url_for("team.deputies"))
    rows = [
        row for row in flow().absences.shown_to(actor()) if (row.person, row.last) == (person, last_before)
    ]
    if not rows:
        flash(_changed_meanwhile(person), "info")
        return there
    if request.method == "POST" and not (notes := _notes(form, raw, dates)):
        try:
            moved = flow().caseload_moves.change_last_day(person, last_before, raw, actor=actor())
        except NotFound as missing:
            if missing.kind != "absence":
                raise
            flash(_changed_meanwhile(person), "info")
            return there
        except InvalidValues as wrong:
            errors = wrong.errors
        else:
            flash(gettext("Sidste fraværsdag er rettet: {name}.").format(name=name_of(person)), "success")
            for code, error in moved.not_done.items():
                flash(f"{code}: {_why_not_changed(error)}", "error")
            return there
    return render_template(
        "team_last_day.html",
        who_id=person,
        rows=rows,
        last=last_before,
        page=_page(form, raw, [], errors, notes),
    ), HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK


@blueprint.get("/stedfortraedere")
@login_required
def deputies() -> Any:
    """Who is away, and who stands in for whom, from when to when."""
    return render_template("deputies.html", rows=flow().absences.shown_to(actor()))


@blueprint.post("/stedfortraedere/slut")
@login_required
def end_absence() -> Any:
    """Somebody is back early; or with `fra` and `til` what was announced of those days will not be.

    Where another window or a colleague was faster, the page says so.
    """
    person, days = request.form.get("person", ""), [request.form.get(name, "") for name in (FIRST, LAST)]
    there = redirect(url_for("team.index" if "team" in request.form else "team.deputies"))
    try:
        if any(days):
            try:
                first, last = map(dt.date.fromisoformat, days)
            except ValueError:
                abort(HTTPStatus.BAD_REQUEST)
            moved = flow().caseload_moves.call_off_absence(person, first, last, actor=actor())
            flash(_called_off(name_of(person), len(moved.done)), "success")
        else:
            moved = flow().caseload_moves.end_absence(person, actor=actor())
            flash(_ended(name_of(person), len(moved.done)), "success")
    except NotFound as missing:
        if missing.kind not in ("absence", "announced absence"):
            raise
        flash(_changed_meanwhile(person), "info")
        return there
    for code, error in moved.not_done.items():
        flash(f"{code}: {_why_still_there(error)}", "error")
    return there


# --- inside ---------------------------------------------------------------------------------------


def _reported(cases: int) -> str:
    if not cases:
        return gettext("Fravær meldt. Ingen sag har fået en stedfortræder.")
    if cases == 1:
        return gettext("Fravær meldt i 1 sag.")
    return gettext("Fravær meldt i {count} sager.").format(count=cases)


def _changed_meanwhile(person: str) -> str:
    words = gettext("Fraværet er ændret imens: {name}. Se, hvad der står nu.")
    return words.format(name=name_of(person))


def _called_off(name: str, cases: int) -> str:
    if not cases:
        return gettext("Fraværet er aflyst: {name}.").format(name=name)
    if cases == 1:
        words = gettext("Fraværet er aflyst: {name}. Der kommer ingen stedfortræder i 1 sag.")
    else:
        words = gettext("Fraværet er aflyst: {name}. Der kommer ingen stedfortræder i {count} sager.")
    return words.format(name=name, count=cases)


def _ended(name: str, cases: int) -> str:
    if not cases:
        return gettext("{name} er tilbage.").format(name=name)
    is_one = cases == 1
    words = gettext("{name} er tilbage i 1 sag.") if is_one else gettext("{name} er tilbage i {count} sager.")
    return words.format(name=name, count=cases)


def _today() -> Any:
    return local_date(flow().clock.now())


def _sent(form: Form, dates: form_sent.Dates) -> dict[str, Any]:
    """What was typed, its dates read as a Dane writes them."""
    if request.method != "POST":
        return form_page.first_values(form, {})
    return form_sent.raw_of(form, request.form, dates)


def _notes(form: Form, raw: dict[str, Any], dates: form_sent.Dates) -> form_notes.Notes:
    """What is to be looked at before it is carried out: once, and then it counts."""
    return form_notes.notes_on(form, raw, dates.concluded, request.form, facts={}, now=flow().clock.now())


def _colleagues(person: str | None = None) -> list[Load]:
    """Those of the teams that the actor leads; for one's own absence, those of one's own teams."""
    if person == actor().id:
        return flow().team_overviews.colleagues(actor())
    return list(
        {
            load.person.id: load
            for team in flow().team_overviews.teams(actor())
            for load in team.loads
            if load.person.is_active
        }.values()
    )


def _page(
    form: Form, raw: dict[str, Any], loads: list[Load], errors: Any, notes: form_notes.Notes
) -> form_page.Page:
    people = [{"value": load.person.id, "label": _label(load)} for load in loads]
    facts: dict[str, Any] = {_PEOPLE: people}
    return form_page.shown(form, raw, facts=facts, now=flow().clock.now(), errors=errors, notes=notes)


def _label(load: Load) -> str:
    if load.limit is None:
        words = gettext("{name}: 1 sag") if load.cases == 1 else gettext("{name}: {count} sager")
        return words.format(name=_name(load), count=load.cases)
    words = gettext("{name}: {count} af {limit} sager")
    return words.format(name=_name(load), count=load.cases, limit=load.limit)


def _name(load: Load) -> str:
    """With the days of an absence, that is or will be, and who stands in."""
    name, away = load.person.name or load.person.id, load.absence
    if away is None:
        return name
    return f"{name} ({absence_words(away)})"


def _bar(load: Load) -> dict[str, float]:
    """(width of the bar, where the limit stands), in units of the drawing."""
    most = load.limit * 4 / 3 if load.limit else max(load.cases, 1)
    return {
        "width": round(min(load.cases / most, 1) * BAR_WIDTH, 1),
        "limit": round(load.limit / most * BAR_WIDTH, 1) if load.limit else 0,
    }


def _cannot_hand_over(ticked: list[str], to: dict[str, str]) -> str:
    if not ticked:
        return gettext("Sæt hak ved en eller flere sager først.")
    if missing := [code for code in ticked if not to[code]]:
        words = gettext("Vælg den nye rådgiver for {cases}, eller én rådgiver for alle sagerne.")
        return words.format(cases=", ".join(missing))
    return ""


def _wrong_fields(moved: Moved) -> Any:
    """Errors of the shared fields, to stand at them."""
    return next((error.errors for error in moved.not_done.values() if isinstance(error, InvalidValues)), None)


def _why_not_changed(error: FlowcaseError) -> str:
    """Where no deputy's last day moved: the case's flow stands still."""
    if isinstance(error, NotFound):
        return gettext(
            "Stedfortræderen har stadig den gamle sidste dag, for sagens forløb »Rådgivers fravær« er sat på "
            "pause. Ret sidste dag igen her, når driften har genoptaget det."
        )
    return _why(error)


def _why_still_there(error: FlowcaseError) -> str:
    """Where a deputy stays, or will come: the case's flow stands still."""
    if isinstance(error, Conflict) or (isinstance(error, NotFound) and error.kind.startswith("absence")):
        return gettext(
            "Stedfortræderen står der stadig, for sagens forløb »Rådgivers fravær« er sat på pause. Gør det "
            "igen her, når driften har genoptaget det."
        )
    return _why(error)


def _why(error: FlowcaseError) -> str:
    if isinstance(error, InvalidValues):
        return gettext("Et felt herunder skal rettes.")
    return sentence(error)

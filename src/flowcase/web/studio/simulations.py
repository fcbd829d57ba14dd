"""Simulér: ask what a change would do, watch it run, stop it, and read the report side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase import yaml_nodes
from flowcase.errors import Conflict, InvalidValues
from flowcase.modeling.process_archive import MOST_BYTES_OF_A_FILE
from flowcase.services.simulation import running
from flowcase.services.simulation.questions import (
    DRAFTS,
    NUMBERS,
    FaultyParameters,
    Question,
    with_changed_numbers,
)
from flowcase.services.simulation.reading import NUMBERS_BESIDE, SimulationError
from flowcase.services.simulation.report import as_json_text
from flowcase.services.simulation.running import Estimate
from flowcase.services.studio.simulations import LONG_MINUTES, TakesLong
from flowcase.store.queries.simulations import SimulationRow
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.studio import simulation_fields as fields
from flowcase.web.studio import simulation_report
from flowcase.web.words import presenting

blueprint = Blueprint("simulations", __name__, url_prefix="/studie/simulering")

SEED = 20_260_105
REPLICATIONS = 8  # of a shipped question, by default
MUCH_LONGER = 1.5  # times what was expected: the page says so
SHOWN = frozenset({"waiting", "running"})
STATUSES: Mapping[str, str] = {
    "waiting": "venter",
    "running": "i gang",
    "done": "færdig",
    "stopped": "standset",
    "failed": "gik i stå",
}


@dataclass(frozen=True)
class Form:
    """The page as it is shown: what stands in it, and what is said of that."""

    given: Mapping[str, str]
    changed: Mapping[str, Any] = field(default_factory=dict)  # parameters
    texts: Mapping[str, str] = field(default_factory=dict)  # of the numbers, as they were typed
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    minutes: float = 0.0  # of what would run long
    ahead: Estimate | None = None
    taken_in: str = ""  # the file whose numbers these are
    is_open: bool = False


@blueprint.get("")
@login_required
def index() -> Any:
    """The form; with `igen`, as an earlier simulation was asked for."""
    is_known = flow().simulations.has_history(actor=actor())
    given = _given({"historik": "1" if is_known else "", **request.args.to_dict()})
    changed: Mapping[str, Any] = {}
    earlier = request.args.get("igen", "")
    if earlier:
        row = flow().simulations.get(earlier, actor=actor())
        given |= {"spoergsmaal": row.asked, "froe": str(row.seed)}
        given |= {"kladder_af": row.drafts_of or "", "sagsaar": f"{row.case_years:.0f}", "historik": ""}
        text = flow().simulations.question(earlier, actor=actor())
        if text is None:
            given["historik"] = "1" if row.from_history else ""
        else:
            changed = flow().simulations.taken_in(text.encode(), earlier, actor=actor()).changed
    return _page(Form(given, changed, is_open=bool(changed)))


def _given(sent: Mapping[str, str]) -> dict[str, str]:
    offers = flow().simulations.offers(actor=actor())
    most = max((offer.case_years for offer in offers), default=100.0)
    defaults = {
        "spoergsmaal": offers[0].id if offers else DRAFTS,
        "kladder_af": actor().id,
        "sagsaar": str(round(REPLICATIONS * most, -2)).partition(".")[0],
        "froe": str(SEED),
        "historik": "",
    }
    return {name: sent.get(name, otherwise).strip() for name, otherwise in defaults.items()}


@blueprint.post("")
@login_required
def ask() -> Any:
    """Start it, or (`gor` = `vis`) only show the numbers and how long it would take."""
    given = {**_given(request.form), "historik": request.form.get("historik", "")}
    asked, simulations = given["spoergsmaal"], flow().simulations
    try:
        shown, _ = simulations.office(
            asked, from_history=bool(request.form.get(fields.BEGUN_FROM)), actor=actor()
        )
        office, _ = simulations.office(asked, from_history=bool(given["historik"]), actor=actor())
    except InvalidValues as refused:
        return _page(Form(given, errors=refused.errors)), HTTPStatus.UNPROCESSABLE_ENTITY
    typed = fields.read(request.form, shown)
    if typed.errors:
        wrong = Form(given, texts=typed.texts, errors=typed.errors)
        return _page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    changed = fields.changed_by(office, typed)
    question = Question(
        asked,
        _whole(given["sagsaar"]),
        _whole(given["froe"]),
        drafts_of=given["kladder_af"],
        from_history=bool(given["historik"]),
        is_long_wanted=request.form.get("gor") == "alligevel",
        changed=changed,
    )
    try:
        if request.form.get("gor") == "vis":
            ahead = simulations.ahead(question, actor=actor())
            return _page(Form(given, changed, ahead=ahead, is_open=True))
        id = simulations.ask(question, actor=actor())
    except TakesLong as long:
        wrong = Form(given, changed, errors=long.errors, minutes=long.minutes)
    except FaultyParameters as refused:
        errors: dict[str, list[str]] = {}
        for name, sentence in fields.told(refused.faults, office):
            errors.setdefault(name, []).append(sentence)
        wrong = Form(given, changed, typed.texts, errors)
    except InvalidValues as refused:
        wrong = Form(given, changed, errors=refused.errors)
    else:
        return redirect(url_for("simulations.show", id=id))
    return _page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.post("/indlaes")
@login_required
def take_in() -> Any:
    """Put the numbers of a file into the form; nothing runs yet."""
    given, sent = _given({}), request.files.get("fil")
    if sent is None or not sent.filename:
        wrong = Form(given, errors={"fil": [gettext("Vælg en fil.")]})
        return _page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    content = sent.stream.read(MOST_BYTES_OF_A_FILE + 1)
    try:
        if len(content) > MOST_BYTES_OF_A_FILE:
            raise SimulationError([(sent.filename, 1, gettext("Filen er for stor."))])
        found = flow().simulations.taken_in(content, sent.filename, actor=actor())
    except SimulationError as refused:
        said = [
            gettext("{file}, linje {line}: {sentence}").format(
                file=file, line=line, sentence=fields.spoken(sentence)
            )
            for file, line, sentence in refused.problems
        ]
        return _page(Form(given, errors={"fil": said})), HTTPStatus.UNPROCESSABLE_ENTITY
    if found.asked is not None:
        given["spoergsmaal"] = found.asked
    if found.seed is not None:
        given["froe"] = str(found.seed)
    return _page(Form(given, found.changed, taken_in=sent.filename, is_open=True))


def _whole(text: str) -> int:
    """-1 for what is no number: the service says so beside the field."""
    text = text.replace(".", "").replace(" ", "")
    return int(text) if text.isdecimal() and len(text) < 18 else -1


def _page(form: Form) -> str:
    simulations = flow().simulations
    offers = simulations.offers(actor=actor())
    english = {danish: text for offer in offers for danish, text in offer.english.items()}
    english |= {NUMBERS_BESIDE["title"]: NUMBERS_BESIDE["title_en"]}
    known = {*(offer.id for offer in offers), NUMBERS, DRAFTS}
    asked = form.given["spoergsmaal"] if form.given["spoergsmaal"] in known else DRAFTS
    office, words = simulations.office(asked, from_history=bool(form.given["historik"]), actor=actor())
    sections = fields.sections(office, words, form.changed, form.texts, form.errors, form.taken_in)
    return render_template(
        "simulations.html",
        offers=offers,
        drafts=simulations.drafts(actor=actor()),
        earlier=simulations.all(actor=actor()),
        given=form.given,
        errors=form.errors,
        form=form,
        sections=sections,
        labels=fields.labels(sections),
        about=_about,
        rest=form.texts.get(fields.REST) or fields.rest_as_text(office, form.changed),
        own=[
            (simulation_report.spoken(variant.title, english), ", ".join(fields.own(variant, words)))
            for offer in offers
            for variant in offer.variants
        ],
        id_of=fields.id_of,
        status=_status,
        asked_of_drafts=DRAFTS,
        asked_of_numbers=NUMBERS,
        spoken=lambda text: simulation_report.spoken(text, english),
    )


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    """How far it is, or what it found."""
    row = flow().simulations.get(id, actor=actor())
    report = flow().simulations.report(id, actor=actor())
    told: dict[str, Any] = {"row": row, "status": _status, "report": report}
    told |= {"numbers": _numbers(row), "left": _left(row), "is_kept": row.sources is not None}
    told |= {
        "slow": _slow(row),
        "is_open": row.status in SHOWN,
        "is_fragment": "HX-Request" in request.headers,
    }
    told["is_deserted"] = (
        row.status == "running" and row.lease_until is not None and row.lease_until < flow().clock.now()
    )
    if report is not None:
        told |= simulation_report.told(report) | simulation_report.places(id, report)
    return render_template("simulation.html", **told)


@blueprint.post("/<id>/stands")
@login_required
def stop(id: str) -> Any:
    try:
        flow().simulations.stop(id, actor=actor())
    except Conflict:
        flash(gettext("Simuleringen er allerede slut."), "warning")
    return redirect(url_for("simulations.show", id=id))


@blueprint.get("/<id>/spoergsmaal.yaml")
@login_required
def question(id: str) -> Any:
    """The whole question with every number, as `flowcase simulate` takes it."""
    row = flow().simulations.get(id, actor=actor())
    text = flow().simulations.question(id, actor=actor())
    if text is None:
        abort(HTTPStatus.NOT_FOUND)
    head = "".join(f"# {line}\n" for line in fields.head(row.sources or {}))
    headers = {"Content-Disposition": f'attachment; filename="simulering-{id}.yaml"'}
    return Response(head + text, mimetype="application/yaml", headers=headers)


@blueprint.get("/<id>/resultat.json")
@login_required
def result(id: str) -> Any:
    """Everything that was found, for other programs."""
    flow().simulations.get(id, actor=actor())
    report = flow().simulations.report(id, actor=actor())
    if report is None:
        abort(HTTPStatus.NOT_FOUND)
    headers = {"Content-Disposition": f'attachment; filename="simulering-{id}.json"'}
    return Response(as_json_text(report), mimetype="application/json", headers=headers)


def _left(row: SimulationRow) -> str:
    """About how long it goes on by its own pace; before that shows, what it takes on a machine at rest."""
    left = running.minutes_left(row.progress, _gone(row))
    if left is None:
        expected = running.minutes_of(row.case_years)
        return gettext("tager {about}, når maskinen er ledig").format(about=_about(expected))
    return gettext("{about} igen").format(about=_about(left))


def _slow(row: SimulationRow) -> str:
    """How long it takes in all, where that is much longer than was said; "" elsewhere."""
    gone = _gone(row)
    left = running.minutes_left(row.progress, gone)
    if left is None or gone + left < max(LONG_MINUTES, MUCH_LONGER * running.minutes_of(row.case_years)):
        return ""
    return _about(gone + left)


def _gone(row: SimulationRow) -> float:
    """Minutes since it began; 0 for one that does not run."""
    if row.status != "running" or row.began_at is None:
        return 0.0
    return (flow().clock.now() - row.began_at).total_seconds() / 60


def _about(minutes: float) -> str:
    if minutes < 1.5:
        return gettext("omkring et minut")
    return gettext("omkring {minutes} minutter").format(minutes=presenting.number(round(minutes)))


def _numbers(row: SimulationRow) -> list[tuple[str, str, str]]:
    """(what, value, source) of every number that is not the file's."""
    text = flow().simulations.question(row.id, actor=actor())
    if text is None or row.sources is None:
        return []
    data = yaml_nodes.safe_load(text)
    if row.asked == NUMBERS:
        data = with_changed_numbers(data)
    words = flow().simulations.words(data, actor=actor())
    return list(fields.sourced(data, row.sources, words))


def _status(code: str) -> str:
    return gettext(STATUSES.get(code, code))

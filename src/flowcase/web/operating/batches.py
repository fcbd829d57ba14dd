"""One act on many instances, for operators: chosen by a filter, seen first, then followed and paused."""

from __future__ import annotations

import datetime as dt
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases.civil_time import COPENHAGEN
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.model import IncidentKind
from flowcase.modeling.definition import ProcessDefinition
from flowcase.services.forms import form_sentences
from flowcase.services.operating.batch_mappings import sources
from flowcase.services.operating.batches import Asked
from flowcase.services.operating.migrations import MappingRefused
from flowcase.services.operating.move_verdicts import Reason, Verdict
from flowcase.services.second_person import NeedsAnother
from flowcase.store.queries.batches import BatchItemRow, BatchRow
from flowcase.web.forms import asked_days
from flowcase.web.language import gettext
from flowcase.web.operating.interventions import obstacle_words
from flowcase.web.session import actor, flow
from flowcase.web.studio.mapping_rows import chosen_pairs, mapping_rows, refusals
from flowcase.web.words import presenting
from flowcase.web.words.move_words import VERDICTS, in_words
from flowcase.web.words.reasons import reason_problem

blueprint = Blueprint("batches", __name__, url_prefix="/drift/mange")

SHOWN = 100  # instances listed before it is decided
PAGE = 50  # instances of a planned batch, each with what would happen to it
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
            flow().batches.preview(id, actor=actor())  # so that there are figures beside the first page
            return redirect(url_for("batches.show", id=id), HTTPStatus.SEE_OTHER)
    page = render_template(
        "batch_new.html",
        chosen=chosen,
        is_chosen=chosen_any,
        rows=rows[:SHOWN],
        named=flow().instances.named([row.id for row in rows[:SHOWN]], actor=actor()),
        count=len(rows),
        acts=_acts(),
        kinds=[(kind.value, presenting.incident_kind(kind.value)) for kind in IncidentKind],
        processes=processes_by_name(),
        elements=_elements(asked),
        typed=request.form,
        errors=errors,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    """How far it is, and its instances page by page: what will happen to each, or what did."""
    batches, only = flow().batches, request.args.get("kun", "")
    after = request.args.get("efter", type=int)
    batch = batches.get(id, actor=actor())
    status = "refused" if only == "kunne-ikke" else None
    if batch.row.status == "planned" and not status:
        rows: Any = batches.preview(id, actor=actor(), after=after, limit=PAGE)
        batch = batches.get(id, actor=actor())
        last = rows[-1].number if len(rows) == PAGE else None
        following = last if last is not None and last < batch.total - 1 else None
    else:
        rows, following = batches.items_page(id, actor=actor(), status=status, after=after, limit=PAGE)
    return render_template(
        "batch.html",
        batch=batch,
        rows=rows,
        named=flow().instances.named([row.instance for row in rows], actor=actor()),
        only=only,
        further=None
        if following is None
        else url_for("batches.show", id=id, efter=following, kun=only or None),
        acts=_acts(),
        status=_status,
        verdict=partial(_verdict, batch.row),
        asked=_in_words(batch.row),
        target=_target(batch.row) if batch.row.act == "migrate" else "",
        place=partial(_place, batch.row),
        sources=[(each, each.rpartition(":")[2]) for each in sources(batch.row)],
        may_undo=batch.row.act == "migrate"
        and batch.row.status in ("done", "paused", "stopped")
        and batch.counts.get("done"),
    )


@blueprint.route("/<id>/afloeser/<int:version>", methods=["GET", "POST"])
@login_required
def mapping(id: str, version: int) -> Any:
    """What takes over from what for the instances of one version; POST corrects it before anything moves."""
    row = flow().batches.get(id, actor=actor()).row
    source = f"{row.details.get('target', '').rpartition(':')[0]}:{version}"
    seen = flow().batch_mappings.of(id, source, actor=actor())
    chosen, wrong = seen.mapping, list[str]()
    if request.method == "POST":
        pairs = chosen_pairs(seen.proposal)
        chosen = {key: value for key, value in pairs.items() if value is not None}
        try:
            if pairs:
                flow().batch_mappings.correct(id, source, pairs, actor=actor())
                flow().batches.preview(id, actor=actor())
            flash(gettext("Rettelsen gælder. Se, hvad den betyder for hvert forløb."), "success")
            return redirect(url_for("batches.show", id=id), HTTPStatus.SEE_OTHER)
        except MappingRefused as refused:
            wrong = refusals(refused, seen.proposal)
        except Conflict:
            flash(gettext("Det er kommet videre imens. Se, hvordan det står nu."), "warning")
            return redirect(url_for("batches.show", id=id), HTTPStatus.SEE_OTHER)
    page = render_template(
        "batch_mapping.html",
        batch=row,
        acts=_acts(),
        proposal=seen.proposal,
        versions=(version, row.details["target"].rpartition(":")[2]),
        rows=mapping_rows(seen.proposal, chosen),
        wrong=wrong,
        may_correct=row.status == "planned",
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK


@blueprint.post("/<id>/<act>")
@login_required
def act(id: str, act: str) -> Any:
    """`koer`, `pause`, `genoptag`, `stands` or `fortryd`."""
    service = flow().batches
    reason = request.form.get("begrundelse", "")
    acts: dict[str, Any] = {
        "koer": partial(service.run, seen=request.form.get("set", type=int)),
        "pause": service.pause,
        "genoptag": service.resume,
        "stands": service.stop,
        "fortryd": partial(service.undo, reason=reason),
    }
    if act not in acts:
        raise NotFound("act on a batch", act)
    try:
        acts[act](id, actor=actor())
    except NeedsAnother:
        flash(
            gettext(
                "En anden i drift end den, der planlagde eller sidst rettede det, skal sætte det i gang."
            ),
            "warning",
        )
    except Refused:
        flash(reason_problem(reason), "error")
    except Conflict:
        flash(gettext("Det er kommet videre imens. Se, hvordan det står nu."), "warning")
    return redirect(url_for("batches.show", id=id), HTTPStatus.SEE_OTHER)


def _planned(asked: Asked, errors: dict[str, str]) -> str | None:
    form = request.form
    element, target = form.get("sted", "").strip(), form.get("nyt_sted", "").strip()
    if wrong := reason_problem(form.get("begrundelse", "")):
        errors["begrundelse"] = wrong
    if form.get("handling") not in _acts():
        errors["handling"] = gettext("Vælg, hvad der skal ske.")
    if form.get("handling") in ("skip", "move") and not element:
        errors["sted"] = gettext("Skriv det element, som forløbene står ved.")
    if form.get("handling") == "move" and not target:
        errors["nyt_sted"] = gettext("Skriv det element, som de skal flyttes til.")
    version = form.get("til_udgave", "").strip()
    if form.get("handling") == "migrate":
        if not asked.process:
            errors["handling"] = gettext("Vælg først, hvilken proces forløbene er af.")
        if not (version.isascii() and version.isdigit() and len(version) < 7):
            errors["til_udgave"] = gettext("Skriv nummeret på den udgave, de skal flyttes til.")
    if errors:
        return None
    try:
        return flow().batches.plan(
            asked,
            form["handling"],
            reason=form["begrundelse"],
            actor=actor(),
            element=element,
            target=version if form["handling"] == "migrate" else target,
        )
    except NotFound:
        errors["til_udgave"] = gettext("Processen har ikke den udgave.")
        return None
    except Refused:
        errors["forloeb"] = gettext("Ingen forløb er valgt. Vælg nogle andre.")
        return None


def _asked(chosen: dict[str, str], errors: dict[str, str]) -> Asked:
    days: dict[str, dt.datetime | None] = {"fra": None, "til": None}
    typed_days = dict[str, dt.date | None]()
    for name in days:
        typed, problem = asked_days.day(chosen, name)
        if problem:
            errors[name] = problem
        typed_days[name] = typed
        if typed is None:
            continue
        chosen[name] = typed.isoformat()
        try:
            day = typed + dt.timedelta(days=name == "til")
            days[name] = dt.datetime.combine(day, dt.time(), tzinfo=COPENHAGEN).astimezone(dt.UTC)
        except OverflowError:  # before the first day of the calendar, or after the last one
            errors[name] = gettext(form_sentences.WRONG_YEAR)
    if wrong := asked_days.order(typed_days["fra"], typed_days["til"]):
        errors["til"] = wrong
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
        "migrate": gettext("Flyt til en anden udgave"),
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
        "undoing": gettext("tages tilbage"),
        "undo_paused": gettext("på pause, mens den tages tilbage"),
        "undone": gettext("taget tilbage"),
        "undo_refused": gettext("kan ikke tages tilbage"),
    }.get(code, code)


def _verdict(row: BatchRow, item: BatchItemRow) -> str:
    """What would happen to an instance, what did, or why it cannot be."""
    if item.verdict is None:
        return gettext("Det kunne ikke lade sig gøre.") if item.because else ""
    verdict = Verdict.from_json(item.verdict)
    if row.act == "migrate":
        said = [in_words(each, *_drawn(row.details["target"], item.source)) for each in verdict.reasons]
        told = gettext(VERDICTS[verdict.kind])
    else:
        said = [_why(each) for each in verdict.reasons]
        if item.status == "done":  # its status says the rest
            return "; ".join(said)
        told = {
            "unchanged": gettext("det er det allerede"),
            "changed": gettext("kan gøres"),
            "refused": gettext("kan ikke"),
        }[verdict.kind]
    return f"{told}: {'; '.join(said)}" if said else told


def _why(reason: Reason) -> str:
    words = {
        "no_incident": gettext("Ingen hændelse er åben."),
        "no_token": gettext("Det står ikke ved »{element}«.").format(element=reason.element),
        "still_open": gettext("Det er forsøgt igen og står stadig stille."),
        "ended": gettext("Det er slut."),
        "erased": gettext("Oplysningerne er slettet."),
        "fault": gettext("En fejl i systemet. Loggen fortæller mere."),
        "gone_on": gettext("Forløbet er gået videre imens."),
        "conflict": gettext("Noget stod i vejen. Loggen fortæller hvad."),
    }
    return words.get(reason.code) or obstacle_words(reason.code)


def _drawn(*definitions: str | None) -> list[ProcessDefinition]:
    return [flow().deployments.drawn(id) for id in definitions if id]


def processes_by_name() -> list[tuple[str, str]]:
    """(id, name) of every process in force, by name."""
    rows = flow().deployments.definitions()
    return sorted(((row.process, row.name or row.process) for row in rows), key=lambda row: row[1].casefold())


def _in_words(row: BatchRow) -> list[tuple[str, str]]:
    """By what the instances were chosen, as the page that chose them says it."""
    labels = {
        "process": gettext("Proces"),
        "version": gettext("Udgave"),
        "element": gettext("Står ved element"),
        "incident": gettext("Åben hændelse"),
        "status": gettext("Tilstand"),
        "is_overdue": gettext("Kun dem med en opgave over fristen"),
        "started_from": gettext("Begyndt fra og med"),
        "started_before": gettext("Begyndt før"),
    }
    values = {
        "any": gettext("Enhver slags"),
        "active": gettext("I gang"),
        "suspended": gettext("Sat på pause"),
        "True": gettext("ja"),
    }

    def said(name: str, value: Any) -> str:
        if name.startswith("started_"):
            return presenting.instant(dt.datetime.fromisoformat(value))
        if name == "process":
            return dict(processes_by_name()).get(value, value)
        if name == "incident" and value != "any":
            return presenting.incident_kind(value)
        return _place(row, value) if name == "element" else values.get(str(value), str(value))

    return [(labels.get(name, name), said(name, value)) for name, value in row.asked.items()]


def _target(row: BatchRow) -> str:
    """The version that instances are moved to."""
    target = row.details["target"]
    drawn, version = flow().deployments.drawn(target), target.rpartition(":")[2]
    return gettext("{name}, udgave {version}").format(name=drawn.name or drawn.id, version=version)


def _place(row: BatchRow, element: str) -> str:
    """An element by its name, with the id by which it was chosen."""
    name = _elements(Asked(process=row.asked.get("process", ""), version=row.asked.get("version"))).get(
        element
    )
    return f"»{name}« ({element})" if name else element


def _elements(asked: Asked) -> dict[str, str]:
    """Names by id of what instances of the chosen process can be at; none without a process."""
    if not asked.process:
        return {}
    try:
        elements = flow().deployments.process(asked.process, asked.version).elements
    except NotFound:
        return {}
    return {id: each.name for id, each in elements.items() if each.name}

"""The auditors' pages over everything: search, deadlines kept, flows as drawn, versions in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound
from flowcase.history.act_names import act_name
from flowcase.history.conformance import Deviation
from flowcase.history.kind_names import KIND_NAMES, kind_name
from flowcase.services.auditing.compliance import Strayed
from flowcase.services.auditing.exports import PURPOSES
from flowcase.services.auditing.history_search import Asked, Telling
from flowcase.web.auditing.event_words import SEARCHED, said_values, search_fields
from flowcase.web.auditing.history_exports import PURPOSE_WORDS
from flowcase.web.forms.api_pages import place_from, place_in_history, token_of
from flowcase.web.forms.asked_days import day, held, order
from flowcase.web.language import current, gettext
from flowcase.web.pictures.shown_differences import shown
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import group, person
from flowcase.web.words.told import why

blueprint = Blueprint("revision", __name__, url_prefix="/revision")

PAGE = 50
LONGEST_WORDS = 200  # of an event's values that are seen at once: a table's answer has thousands
_DAYS = ("fra", "til")
STRAYED = {
    "unknown_element": "Et element, der ikke er tegnet",
    "unknown_flow": "En pil, der ikke er tegnet",
    "jumped": "Nået uden om pilene",
    "cut_off": "Forladt uden at være begyndt",
    "intervention": "Et indgreb",
}


@blueprint.get("")
@login_required
def index() -> Any:
    """Search over everything, once it is said what for; the address holds the filters, to be shared."""
    flow().compliance.check(actor())
    args, (purpose, problems) = request.args, _purpose()
    wanted: dict[str, Any] = {
        name: args.get(given, "").strip() or None for given, name in SEARCHED.items() if given not in _DAYS
    }
    wanted["kind"] = _kind(wanted["kind"])
    if wanted["kind"] and wanted["kind"] not in KIND_NAMES:
        problems["slags"] = gettext("Der er ingen slags hændelse, der hedder sådan. Vælg en fra listen.")
    namesakes = _called(wanted["actor"])
    wanted["actor"] = namesakes[0] if len(namesakes) == 1 else wanted["actor"]
    if len(namesakes) > 1:
        problems["hvem"] = gettext("Flere hedder sådan. Skriv brugernavnet: {names}.").format(
            names=", ".join(namesakes)
        )
    for given in _DAYS:
        wanted[SEARCHED[given]], problem = day(args, given)
        if problem:
            problems[given] = problem
    if turned_round := order(wanted["first"], wanted["last"]):
        problems["til"] = turned_round
    place = place_in_history(args.get("efter", ""))
    found, is_asked = None, any(args.get(name, "").strip() for name in (*SEARCHED, "formaal"))
    if is_asked and not purpose:
        problems["formaal"] = gettext("Vælg, hvad søgningen er til.")
    if is_asked and not problems:
        try:
            found = flow().history_search.page(
                Asked(**wanted),
                purpose=purpose,
                actor=actor(),
                after=place,
                limit=PAGE,
                page="search",
                telling=Telling(current(), why),
            )
        except NotFound:
            problems["sag"] = gettext("Der er ingen sag med den kode.")
    asked = {
        name: value
        for name in (*SEARCHED, "formaal")
        if name not in _DAYS and (value := args.get(name, "").strip())
    }
    asked |= held(args, "fra", "til")
    return render_template(
        "revision.html",
        lines=[]
        if found is None
        else [(line, found.told.get(line.id, ""), said_values(line.values)) for line in found.lines],
        requests=found.requests if found else {},
        day_of=lambda at: local_date(at).isoformat(),
        following=token_of(found.following) if found and found.following else "",
        asked=asked,
        problems=problems,
        longest=LONGEST_WORDS,
        fields=search_fields(),
        is_asked=is_asked,
        is_nobody=bool(wanted["actor"]) and not namesakes,
        purposes=_purposes(),
        processes={row.process: row.name for row in flow().deployments.definitions()},
        kinds=sorted(kind_name(kind, current()) for kind in KIND_NAMES),
        kind_name=lambda kind: kind_name(kind, current()),
    )


@blueprint.get("/frister")
@login_required
def compliance() -> Any:
    """How the deadlines of each rule were kept."""
    first, last, problems = _period()
    rules = [] if problems else flow().compliance.rules(first, last, actor=actor())
    return render_template("revision_compliance.html", rules=rules, problems=problems, asked=_asked())


@blueprint.get("/frister/<rule>")
@login_required
def late(rule: str) -> Any:
    """The deadlines of one rule that were not kept, with what is known of why."""
    first, last, problems = _period()
    rows = [] if problems else flow().compliance.late(rule, first, last, actor=actor())
    return render_template(
        "revision_late.html",
        rule=rule,
        rows=rows,
        problems=problems,
        asked=_asked(),
        responsible=responsible,
    )


@blueprint.get("/forloeb")
@login_required
def strayed() -> Any:
    """Instances that went otherwise than they are drawn."""
    after = place_from(request.args.get("efter", ""))
    purpose, problems = _purpose()
    found = flow().compliance.strayed(purpose=purpose, after=after, actor=actor())
    following = token_of(found.following) if found.following else ""
    return _strayed_page(found.rows, found.looked, purpose, problems, following)


@blueprint.get("/forloeb/<id>")
@login_required
def replayed(id: str) -> Any:
    """One instance, its events replayed on its diagram."""
    purpose, problems = _purpose()
    row = flow().compliance.of_instance(id, purpose=purpose, actor=actor())
    flow().reading_log.note(row.instance.case_code, page="diagram", actor=actor())
    return _strayed_page([row], 1, purpose, problems)


@blueprint.get("/udgaver")
@login_required
def processes() -> Any:
    """Every process, to look at its versions."""
    flow().compliance.check(actor())
    rows = sorted(flow().deployments.definitions(), key=lambda each: each.name.casefold())
    return render_template("revision_processes.html", rows=rows)


@blueprint.get("/udgaver/<process>")
@login_required
def versions(process: str) -> Any:
    """The versions of a process and which cases ran under which."""
    rows = flow().compliance.versions(process, actor=actor())
    return render_template("revision_versions.html", process=process, rows=rows)


@blueprint.get("/udgaver/<process>/<int:old>/<int:new>")
@login_required
def difference(process: str, old: int, new: int) -> Any:
    """What differs between two versions: in words, and both drawings with marks."""
    flow().compliance.check(actor())
    rows = {row.version: row for row in flow().deployments.definitions(process, all_versions=True)}
    if old not in rows or new not in rows:
        raise NotFound("version of process", f"{process} {old}, {new}")
    sources = [flow().deployments.source(process, version) for version in (old, new)]
    titles = tuple(gettext("Udgave {number}").format(number=version) for version in (old, new))
    return render_template(
        "revision_difference.html",
        row=rows[new],
        shown=shown(rows[new].path, sources[0], sources[1], (titles[0], titles[1])),
        titles=titles,
    )


def _strayed_page(
    rows: Sequence[Strayed], looked: int, purpose: str, problems: Mapping[str, str], following: str = ""
) -> str:
    return render_template(
        "revision_strayed.html",
        rows=rows,
        looked=looked,
        following=following,
        what=_strayed,
        intervention=_intervention,
        purpose=purpose,
        purposes=_purposes(),
        problems=problems,
    )


def _purpose() -> tuple[str, dict[str, str]]:
    """What the address says that the reading is for; empty, with what is wrong, for no such purpose."""
    said = request.args.get("formaal", "").strip()
    if not said or said in PURPOSES:
        return said, {}
    return "", {"formaal": gettext("Vælg, hvad søgningen er til.")}


def _purposes() -> list[tuple[str, str]]:
    return [(each, gettext(PURPOSE_WORDS[each])) for each in PURPOSES]


def _strayed(what: str) -> str:
    return gettext(STRAYED[what])


def _intervention(row: Deviation) -> str:
    """What somebody did: by its act, or by the kind of event that it left."""
    if row.act:
        return act_name(row.act, current())
    said = kind_name(row.kind, current())
    words = said[:1].lower() + said[1:]
    if row.versions is None:
        return words
    old, new = (version.rpartition(":")[2] for version in row.versions)
    return gettext("{words}: udgave {old} til {new}").format(words=words, old=old, new=new)


def _kind(typed: str | None) -> str | None:
    """The kind behind its name in either language; the kind itself holds too."""
    said = (typed or "").casefold()
    named = {name.casefold(): kind for kind, names in KIND_NAMES.items() for name in names}
    return named.get(said, typed)


def _called(typed: str | None) -> list[str]:
    """The accounts behind a person's name; an account's id holds too."""
    if typed is None:
        return []
    if flow().people.known(typed) is not None:
        return [typed]
    said = typed.casefold()
    return sorted(row.id for row in flow().people.list(only_active=False) if row.name.casefold() == said)


def _period() -> tuple[dt.date | None, dt.date | None, dict[str, str]]:
    (first, wrong), (last, wrong_too) = day(request.args, "fra"), day(request.args, "til")
    wrong_too = wrong_too or order(first, last)
    problems = {name: said for name, said in (("fra", wrong), ("til", wrong_too)) if said}
    return first, last, problems


def _asked() -> dict[str, str]:
    return held(request.args, "fra", "til")


def responsible(id: str | None) -> str:
    """The name of a person, or of a group."""
    return group(person(id)) if id else "–"

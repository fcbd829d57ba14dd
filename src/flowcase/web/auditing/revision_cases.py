"""One case for its auditor: its story, how it was at any instant, who looked, what decided, why so."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request
from flask_login import login_required
from markupsafe import Markup

from flowcase.access.groups import group_name
from flowcase.access.permissions import may_see_retention
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.history.answers import column_name
from flowcase.modeling.names import code_name, codes_in_words, yes_or_no
from flowcase.services.case_files.time_travel import FlowPicture, Then
from flowcase.web.language import current, gettext
from flowcase.web.pictures import diagram_drawing
from flowcase.web.session import actor, flow
from flowcase.web.words.case_facts import known_facts, status
from flowcase.web.words.hit_policies import hit_policy_in_words
from flowcase.web.words.named_records import remember
from flowcase.web.words.presenting import value
from flowcase.web.words.record_words import labels_of, record_name, record_value
from flowcase.web.words.told import story_of

if TYPE_CHECKING:
    from flowcase.store.queries.erasing import Hold

blueprint = Blueprint("revision_cases", __name__, url_prefix="/revision/sager")

PAGES = {
    "case": "Sagen",
    "user_task": "En opgave",
    "diagram": "Et diagram",
    "history": "Historikken",
    "concern": "En underretning",
    "document": "Et dokument",
    "meeting": "Et møde",
    "incident": "Et forløb, der er gået i stå",
    "export": "En eksport",
    "guest": "Et punkt ved et gæstelink",
    "search": "En søgning i historikken",
    "flows": "Forløb mod tegning, med driftens begrundelser",
    "emergency": "Sagen, åbnet med nødadgang",
    "emergency_reason": "Begrundelsen for en nødadgang",
    "case_file": "Sagsakten som PDF",
    "access_report": "Indsigt i en persons oplysninger",
}


@blueprint.get("/<code>")
@login_required
def show(code: str) -> Any:
    """The story as a time line; each moment leads to the case as it was then."""
    case = flow().cases.get(code, actor=actor())
    _note(code)
    everything = request.args.get("alt") == "1"
    story = story_of(code, everything=everything)
    moments = itertools.groupby(story, key=lambda told: (told.at, told.who))
    return render_template(
        "revision_case.html",
        case=case,
        hold=_hold_on(code),
        code_name=code_name,
        status=status,
        everything=everything,
        moments=[(at, who, [told.text for told in lines]) for (at, who), lines in moments],
        when=written,
    )


def _hold_on(code: str) -> Hold | None:
    """That the case must not be erased, for who may know."""
    if not may_see_retention(actor()):
        return None
    return next((each for each in flow().erasure.holds(actor=actor()) if each.case_code == code), None)


@blueprint.get("/<code>/da")
@login_required
def then(code: str) -> Any:
    """The case as it was; without a time that can be read, as it is now."""
    typed = request.args.get("tid", "").strip()
    at, now, problem = read(typed), flow().clock.now(), ""
    if typed and at is None:
        problem = gettext("Skriv dato og klokkeslæt, for eksempel 2026-03-27T09:00.")
    elif at is not None and at > now:
        problem, at = gettext("Tidspunktet er ikke kommet endnu. Her vises sagen, som den er nu."), None
    seen = flow().time_travel.at(code, at or now, actor=actor())
    _note(code)
    remember(seen.moment.records.values())
    return render_template(
        "revision_then.html",
        code=code,
        seen=seen,
        at=at or now,
        problem=problem,
        typed=typed if problem else written(at or now),
        facts=known_facts(seen.moment.facts or {}),
        records=_records(seen),
        flows=[(each, _picture(each)) for each in seen.flows],
        when=written,
    )


@blueprint.get("/<code>/set")
@login_required
def looks(code: str) -> Any:
    """Who looked at the case."""
    lookers, every = flow().case_audit.looks(code, actor=actor())
    _note(code)
    return render_template(
        "revision_looks.html",
        code=code,
        lookers=lookers,
        without=[each for each in lookers if not each.has_had_work],
        looks=every,
        page_name=page_name,
    )


@blueprint.get("/<code>/frister")
@login_required
def deadlines(code: str) -> Any:
    """Every deadline of the case, and why it falls when it does."""
    case = flow().cases.get(code, actor=actor())
    _note(code)
    listed = flow().deadlines.of_case(code)
    is_erased = case.erased_at is not None
    return render_template("revision_deadlines.html", code=code, listed=listed, is_erased=is_erased)


@blueprint.get("/<code>/afgoerelser")
@login_required
def decisions(code: str) -> Any:
    """The tables that were asked about the case."""
    rows = flow().case_audit.decisions(code, actor=actor())
    _note(code)
    return render_template("revision_decisions.html", code=code, rows=rows)


@blueprint.get("/<code>/afgoerelse")
@login_required
def decision(code: str) -> Any:
    """One of them with the table as it was; `strom` and `nr` say which."""
    stream, number = request.args.get("strom", ""), request.args.get("nr", 0, type=int)
    record = flow().case_audit.decision(code, stream, number, actor=actor())
    _note(code)
    inputs, outputs = ({}, {}) if record.labels is None else (record.labels.inputs, record.labels.outputs)
    return render_template(
        "revision_decision.html",
        code=code,
        record=record,
        asked=[(_column(name, inputs), _said(given), shown) for name, given, shown in record.inputs],
        answered=[(_column(name, outputs), _said(given)) for name, given in record.result.items()]
        if isinstance(record.result, Mapping)
        else [],
        in_words=_said,
        cell=_cell,
        policy=hit_policy_in_words(record.hit_policy),
    )


def _column(name: str, headings: Mapping[str, str]) -> str | Markup:
    said, danish = (column_name(name, headings, language) for language in (current(), "da"))
    return _marked(said[:1].upper() + said[1:], is_danish=said == danish)


def _said(given: Any) -> str | Markup:
    """A value that a table was asked with or answered, in words."""
    said = _in_words(given, current())
    return _marked(said, is_danish=_holds_text(given) and said == _in_words(given, "da"))


def _in_words(given: Any, language: str) -> str:
    """Codes in words, groups by name."""
    if isinstance(given, str):
        named = group_name(given, language)
        return named if named != given else code_name(given, language)
    if isinstance(given, Mapping):
        return ", ".join(said for each in given.values() if (said := _in_words(each, language)))
    if isinstance(given, (list, tuple)):
        return "; ".join(said for each in given if (said := _in_words(each, language)))
    return value(given)


def _holds_text(given: Any) -> bool:
    if isinstance(given, Mapping):
        return any(map(_holds_text, given.values()))
    if isinstance(given, (list, tuple)):
        return any(map(_holds_text, given))
    return isinstance(given, str)


def _cell(text: str) -> str | Markup:
    """A cell that holds codes, or yes and no, in words; any other FEEL as it is written."""
    plain = " ".join(text.split())
    said, danish = (
        codes_in_words(plain, language) or yes_or_no(plain, language) for language in (current(), "da")
    )
    return _marked(said, is_danish=said == danish)


def _marked(said: str, *, is_danish: bool) -> str | Markup:
    """On an English page what has no English is marked as the Danish that it is."""
    if not is_danish or current() != "en" or not any(map(str.isalpha, said)):
        return said
    return Markup('<span lang="da">{}</span>').format(said)


def _note(code: str) -> None:
    flow().reading_log.note(code, page="history", actor=actor())


def page_name(page: str) -> str:
    """What was looked at, in words."""
    return gettext(PAGES[page]) if page in PAGES else page


def written(at: dt.datetime) -> str:
    """An instant for an address: local time to the microsecond, with its offset where it is needed."""
    local = at.astimezone(COPENHAGEN)
    plain = local.replace(tzinfo=None)
    precise = plain.isoformat(timespec="microseconds" if local.microsecond else "seconds")
    other = local.replace(fold=1 - local.fold)
    return precise if other.utcoffset() == local.utcoffset() else precise + local.strftime("%z")


def read(typed: str) -> dt.datetime | None:
    """The instant that was meant; local time unless an offset is given. None when it cannot be read."""
    try:
        at = dt.datetime.fromisoformat(typed.replace(" ", "+") if "T" in typed else typed)
        at = at if at.tzinfo is not None else at.replace(tzinfo=COPENHAGEN)
        at.astimezone(COPENHAGEN)  # which has no last hour of the last year that can be written
        return at.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _records(seen: Then) -> list[tuple[str, dt.datetime, dt.datetime, list[tuple[str, str]], bool]]:
    """(what, written, changed, (label, words) of each value, is something kept back), oldest first."""
    shown = []
    for record in sorted(seen.moment.records.values(), key=lambda each: each.written_at):
        labels = labels_of(record.entity)
        values = [
            (labels.get(name, name), said)
            for name, each in record.values.items()
            if (said := record_value(record.entity, name, each))
        ]
        name = record_name(record.entity)
        shown.append((name, record.written_at, record.changed_at, values, not seen.is_close))
    return shown


def _picture(flow: FlowPicture) -> Any:
    states = dict.fromkeys(flow.walked, diagram_drawing.DONE) | dict.fromkeys(flow.here, diagram_drawing.HERE)
    return diagram_drawing.drawn(flow.source, states)

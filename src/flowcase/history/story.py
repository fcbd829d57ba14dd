"""The history of a case told in words, for auditors and caseworkers, in Danish and English.

A sentence says what happened, by which rule and where it leads; never a value of a confidential field.
Events that only move tokens are told on request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.access.groups import group_name
from flowcase.cases.entities import entity
from flowcase.errors import NotFound
from flowcase.history import notices
from flowcase.history.act_names import act_name
from flowcase.history.sentences import OF_RECORDS, PAGES, SENTENCES, STATES, UNITS, Sentence
from flowcase.history.start_facts import start_fact
from flowcase.model import Event

LOCAL = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Told:
    """One line of the story."""

    at: dt.datetime
    who: str  # a person's id, or flowcase itself
    text: str
    kind: str  # class of the event
    element: str | None = None


@dataclass(frozen=True)
class Recorded:
    """One opened event of the history, as the story needs it."""

    at: dt.datetime
    actor: str
    event: Event
    instance: str | None = None


Name = Callable[[str | None, str], str]  # (instance, element id) -> what the diagram calls it

_SYSTEM = {"da": "flowcase", "en": "flowcase"}

_PEOPLE_FACTS = frozenset({"sagsbehandler", "stedfortraeder"})

_LINKS = frozenset({"barn_id", "familie_id", "underretninger"})

# Processes and records that keep the product going are not part of the story of a child.
_QUIET_PROCESSES = frozenset({"frist"})


def tell(
    history: Iterable[Recorded],
    *,
    name: Name,
    process: Callable[[str | None], str],
    process_id: Callable[[str | None], str],
    rule: Callable[[str], str],
    language: str = "da",
    everything: bool = False,
    person: Callable[[str], str] = str,
) -> Iterator[Told]:
    """The story in order. `rule` gives a deadline's rule id, `person` the name behind a person's id.

    Unknown events are told by their class.
    """
    for one in history:
        kind = type(one.event).__name__
        sentence = OF_RECORDS.get((kind, getattr(one.event, "entity", ""))) or SENTENCES.get(kind)
        if sentence is None:
            if not everything:
                continue
            sentence = Sentence(kind + ".", kind + ".", False)
        if not everything and (
            not sentence.is_told or _is_quiet(one, kind) or _is_inside(one, kind, process_id)
        ):
            continue
        words = sentence.english if language == "en" else sentence.danish
        fields = _fields(one, name, process, rule, person, language)
        who = _SYSTEM[language] if one.actor in ("system", "scenario") else person(one.actor)
        told = words.format_map(fields).replace("..", ".")  # a label may end in a full stop of its own
        yield Told(one.at, who, told, kind, getattr(one.event, "element", None))


def told_erased(at: dt.datetime, language: str = "da") -> Told:
    """All that is left to tell of a case whose keys were destroyed."""
    sentences = {
        "da": "Sagens indhold blev slettet og kan ikke hentes frem igen.",
        "en": "The content of the case was erased and cannot be brought back.",
    }
    return Told(at, _SYSTEM[language], sentences[language], "CaseErased")


def _is_quiet(one: Recorded, kind: str) -> bool:
    """What says nothing to a reader: links between records, tables that had nothing against it."""
    event: Any = one.event
    if kind == "NoticeSent":  # a reminder or breach is told by the deadline's own event
        return event.deadline is not None
    if kind == "CaseFactSet":
        return event.name in _LINKS
    return kind == "DecisionEvaluated" and event.result in (None, [])


def _is_inside(one: Recorded, kind: str, process_id: Callable[[str | None], str]) -> bool:
    """What the shared process of deadlines does is told by the deadline's own events."""
    return (
        one.instance is not None
        and process_id(one.instance) in _QUIET_PROCESSES
        and not kind.startswith(("Deadline", "Reminder", "EscalationSent", "Incident"))
    )


class _Fields(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _fields(
    one: Recorded,
    name: Name,
    process: Callable[[str | None], str],
    rule: Callable[[str], str],
    person: Callable[[str], str],
    language: str,
) -> _Fields:
    event: Any = one.event
    raw = {field: getattr(event, field) for field in event.__dataclass_fields__}
    fields = _Fields({key: _plain(value, language) for key, value in raw.items()})
    fields["process"] = process(one.instance)
    if raw.get("element"):
        fields["element"] = name(one.instance, raw["element"]) or raw["element"]
    if raw.get("deadline"):
        fields["deadline_rule"] = rule(raw["deadline"])
    if raw.get("act"):
        fields["act"] = act_name(raw["act"], language)
    if raw.get("closes_at"):
        fields["closes"] = _instant(raw["closes_at"], language)
    rightness = {"da": ("forkert", "rigtig"), "en": ("wrong", "right")}[language]
    fields["right"] = rightness[bool(raw.get("is_right"))]
    for role in ("assignee", "owner", "delegate"):
        if raw.get(role):
            fields[f"{role}_person"] = person(raw[role])
    taken_back = {"da": " (taget tilbage)", "en": " (taken back)"}[language]
    fields["back"] = taken_back if raw.get("is_taken_back") else ""
    fields["level"] = _level(raw.get("priority"), language)
    fields["level_before"] = _level(raw.get("previous"), language)
    fields["why"] = f": {raw['reason']}" if raw.get("reason") else ""
    fields["follow_up"] = _instant(raw.get("follow_up_at") or one.at, language)
    due = raw.get("due_at")
    fields["due"] = _instant(due, language) if due else "–"
    fields["received"] = _instant(raw.get("received_at"), language)
    fields["met"] = _instant(raw.get("met_at"), language)
    fields["start"] = _plain(raw.get("start"), language)
    fields["start_fact"] = start_fact(str(raw.get("start_fact") or ""), language)
    if raw.get("amount"):
        fields["length"] = (
            f" + {raw['amount']} {unit_words(raw.get('unit', ''), language)} ({raw.get('convention', '')})"
        )
    else:
        fields["length"] = ""
    days = raw.get("days_late") or 0
    seconds = raw.get("seconds_late") or 0
    late = (
        {"da": f", {days} dage for sent", "en": f", {days} days late"}
        if days
        else {"da": ", for sent", "en": ", late"}
    )
    fields["late"] = late[language] if days or seconds else ""
    recipients = [
        *(group_name(group, language) for group in raw.get("groups") or ()),
        *(person(id) for id in raw.get("people") or ()),
    ]
    fields["recipients"] = ", ".join(recipients) or "–"
    if type(event).__name__ == "UserTaskCreated":
        to = [person(id) for id in ([raw["assignee"]] if raw["assignee"] else raw["candidate_users"]) if id]
        if not raw["assignee"]:
            to += [group_name(group, language) for group in raw["candidate_groups"]]
        everyone = "alle" if language == "da" else "everyone"
        fields["to"] = ", ".join(to) or everyone
        by = {"da": f", senest {fields['due']}", "en": f", by {fields['due']}"}
        fields["by"] = by[language] if due else ""
    if type(event).__name__ == "CaseFactSet":
        previous = raw.get("previous")
        fields["name"] = _label("Sag", raw["name"])
        if raw["name"] == "team":
            fields["value"] = group_name(str(raw["value"] or "–"), language)
            previous = group_name(str(previous), language) if previous else previous
        if raw["name"] in _PEOPLE_FACTS:
            fields["value"] = person(raw["value"]) if raw["value"] else "–"
            previous = person(previous) if previous else previous
        before = {"da": " (før: {})", "en": " (before: {})"}[language]
        fields["before"] = before.format(_plain(previous, language)) if previous not in (None, "") else ""
    if "open" in raw or "secret" in raw:
        names = [*raw.get("open", {}), *raw.get("secret", {})]
        fields["attributes"] = ", ".join(_label(raw.get("entity", ""), name) for name in names) or "–"
        fields["entity"] = _entity_label(raw.get("entity", ""))
    if type(event).__name__ == "CaseRead":
        fields["page"] = PAGES.get(raw["page"], (raw["page"],) * 2)[language == "en"]
    if type(event).__name__ == "NoticeSent":
        fields["told"] = notices.words(raw["text"], language)
    if "end_elements" in raw:
        fields["ends"] = ", ".join(name(one.instance, end) or end for end in raw["end_elements"]) or "–"
    if "changes" in raw:
        fields["variables"] = ", ".join(raw["changes"])
    hit = raw.get("rules") or ()
    fields["rules"] = f" ({', '.join(map(str, hit))})" if hit else ""
    fields["rules_plain"] = ", ".join(map(str, hit))
    fields["note_kind"] = fields.get("kind", "–")
    return fields


def unit_words(unit: str, language: str) -> str:
    """The unit of a deadline's length, as people write it."""
    danish, english = UNITS.get(unit, (unit, unit))
    return english if language == "en" else danish


def _entity_label(name: str) -> str:
    try:
        return entity(name).da
    except NotFound:
        return name


def _label(entity_name: str, attribute: str) -> str:
    """What a caseworker calls an attribute; records have Danish labels only."""
    try:
        return entity(entity_name).attribute(attribute).da
    except NotFound:
        return attribute


def _plain(value: Any, language: str) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return {"da": ("nej", "ja"), "en": ("no", "yes")}[language][value]
    if isinstance(value, dt.datetime):
        return _instant(value, language)
    if isinstance(value, dt.date):
        return f"{value.day}.{value.month}.{value.year}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item, language)}" for key, item in value.items()) or "–"
    if isinstance(value, (list, tuple)):
        return "; ".join(_plain(item, language) for item in value) or "–"
    return STATES.get(str(value), str(value)) if language == "da" else str(value)


def _instant(value: dt.datetime | None, language: str) -> str:
    if value is None:
        return "–"
    local = value.astimezone(LOCAL)
    clock = f"{local:%H.%M}" if language == "da" else f"{local:%H:%M}"
    return f"{local.day}.{local.month}.{local.year} {'kl. ' if language == 'da' else ''}{clock}"


_LEVELS = {"da": ("lav", "almindelig", "høj"), "en": ("low", "ordinary", "high")}
_ORDINARY = 50


def _level(number: object, language: str) -> str:
    if not isinstance(number, int):
        return ""
    words = _LEVELS[language][1 + (number > _ORDINARY) - (number < _ORDINARY)]
    return words if number == _ORDINARY else f"{words} ({number})"

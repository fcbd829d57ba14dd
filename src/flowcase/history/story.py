"""The history of a case told in words, for auditors and caseworkers, in Danish and English.

A sentence says what happened, by which rule and where it leads; never a value of a confidential field.
Events that only move tokens are told on request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from flowcase.access.groups import group_name
from flowcase.access.guests import guest_name, is_guest
from flowcase.cases.entities import entity
from flowcase.cases.entities.model import Kind
from flowcase.cases.entities.names import attribute_name, record_name
from flowcase.errors import NotFound
from flowcase.events import DecisionEvaluated
from flowcase.history import answers, notices
from flowcase.history.act_names import act_name
from flowcase.history.case_statuses import case_status
from flowcase.history.deadline_names import quoted
from flowcase.history.exports.line import NOT_TOLD
from flowcase.history.kind_names import kind_name
from flowcase.history.outcomes import Outcomes
from flowcase.history.sentences import OF_RECORDS, PAGES, SENTENCES, UNITS, Sentence, Telling
from flowcase.history.start_facts import start_fact
from flowcase.model import Event
from flowcase.modeling.names import code_name, message_name, note_name
from flowcase.modeling.table_labels import TableLabels

LOCAL = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Told:
    """One line of the story."""

    at: dt.datetime
    who: str  # a person's id, or flowcase itself
    text: str
    kind: str  # class of the event
    element: str | None = None
    entity: str | None = None  # of a record
    telling: Telling = Telling.IN_WHOLE


@dataclass(frozen=True)
class Recorded:
    """One opened event of the history, as the story needs it."""

    at: dt.datetime
    actor: str
    event: Event
    instance: str | None = None


class Names(Protocol):
    """What the story needs to call things as people do."""

    def element(self, instance: str | None, element: str) -> str:
        """What the diagram calls it."""

    def process(self, instance: str | None) -> str: ...

    def process_id(self, instance: str | None) -> str: ...

    def rule(self, deadline: str) -> str:
        """The rule of a deadline by its id."""

    def person(self, id: str) -> str: ...

    def table(self, resource: str | None, decision: str) -> TableLabels | None:
        """How the table is headed, in the file that was asked."""


_SYSTEM = {"da": "flowcase", "en": "flowcase"}

_PEOPLE_FACTS = frozenset({"sagsbehandler", "stedfortraeder"})

_LEFT_OUT = {"da": "(begrundelsen er udeladt)", "en": "(the reason is left out)"}

_LINKS = frozenset({"barn_id", "familie_id", "underretninger"})

# Processes and records that keep the product going are not part of the story of a child.
_QUIET_PROCESSES = frozenset({"frist"})


def tell(
    history: Iterable[Recorded],
    names: Names,
    *,
    language: str = "da",
    everything: bool = False,
    cause: Callable[[str], str] = str,
) -> Iterator[Told]:
    """The story in order. What has no sentence of its own is told by the name of its kind.

    `cause` says why an instance stands still in the reader's language.

    What says the same twice of one moment is told once, unless `everything` is.
    """
    moment: tuple[dt.datetime, str] | None = None
    said: set[str] = set()
    outcomes = Outcomes()
    for one in history:
        kind = type(one.event).__name__
        sentence = _sentence(one.event)
        if sentence is None:
            if not everything:
                continue
            sentence = Sentence(kind_name(kind, "da") + ".", kind_name(kind, "en") + ".", Telling.ON_REQUEST)
        if not everything and (
            sentence.telling is Telling.ON_REQUEST or _is_quiet(one, kind) or _is_inside(one, kind, names)
        ):
            continue
        fields = _fields(one, names, language, cause)
        who = _who(one.actor, names, language)
        of_element, of_entity = (getattr(one.event, name, None) for name in ("element", "entity"))
        if moment != (one.at, one.actor):
            moment, said = (one.at, one.actor), set()
        for each, filled in (
            (sentence, fields),
            *((each, None) for each in outcomes.told(one.event, one.at, language)),
        ):
            words = each.english if language == "en" else each.danish
            told = _ended_once(words if filled is None else words.format_map(filled))
            if not everything and told in said:
                continue
            said.add(told)
            yield Told(one.at, who, told, kind, of_element, of_entity, each.telling)


def has_sentence(event: Event) -> bool:
    """Whether the story says more of it than the name of its kind."""
    return _sentence(event) is not None


def _sentence(event: Event) -> Sentence | None:
    kind = type(event).__name__
    return OF_RECORDS.get((kind, getattr(event, "entity", ""))) or SENTENCES.get(kind)


def _ended_once(sentence: str) -> str:
    """A label may end in a full stop or a question mark of its own."""
    return sentence.replace("..", ".").replace("?.", "?")


def told_erased(at: dt.datetime, language: str = "da") -> Told:
    """All that is left to tell of a case whose keys were destroyed."""
    sentences = {
        "da": "Sagens indhold blev slettet og kan ikke hentes frem igen.",
        "en": "The content of the case was erased and cannot be brought back.",
    }
    return Told(at, _SYSTEM[language], sentences[language], "CaseErased", telling=Telling.IN_SHORT)


def _is_quiet(one: Recorded, kind: str) -> bool:
    """What says nothing to a reader: links between records, tables that had nothing against it."""
    event: Any = one.event
    if kind == "NoticeSent":  # a reminder or breach is told by the deadline's own event
        return event.deadline is not None
    if kind == "CaseFactSet":
        return event.name in _LINKS
    return kind == "DecisionEvaluated" and event.result in (None, [])


def _is_inside(one: Recorded, kind: str, names: Names) -> bool:
    """What the shared process of deadlines does is told by the deadline's own events."""
    return (
        one.instance is not None
        and names.process_id(one.instance) in _QUIET_PROCESSES
        and not kind.startswith(("Deadline", "Reminder", "EscalationSent", "Incident"))
    )


class _Fields(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _fields(one: Recorded, names: Names, language: str, cause: Callable[[str], str]) -> _Fields:
    event: Any = one.event
    kind = type(event).__name__
    raw = {field: getattr(event, field) for field in event.__dataclass_fields__}
    fields = _Fields({key: _plain(value, language) for key, value in raw.items()})
    fields["process"] = names.process(one.instance)
    if raw.get("element"):
        fields["element"] = names.element(one.instance, raw["element"]) or raw["element"]
    if raw.get("deadline"):
        fields["deadline_rule"] = quoted(names.rule(raw["deadline"]), language)
    if raw.get("act"):
        fields["act"] = act_name(raw["act"], language)
    for name, say in _CODES.items():
        if isinstance(raw.get(name), str):
            fields[name] = say(raw[name], language)
    _say_instants(fields, raw, one.at, language)
    _say_people(fields, raw, kind, names, language)
    _say_answers(fields, raw, language)
    if raw.get("reason"):
        said = names.element(one.instance, raw["reason"])  # a deadline may lapse at an element
        said = code_name(raw["reason"], language) if said == raw["reason"] else said
        fields["reason"] = _LEFT_OUT[language] if raw["reason"] == NOT_TOLD else said
    fields["why"] = f": {fields['reason']}" if raw.get("reason") else ""
    if "open" in raw or "secret" in raw:
        named = [*raw.get("open", {}), *raw.get("secret", {})]
        written = raw.get("entity", "")
        fields["attributes"] = ", ".join(attribute_name(written, name, language) for name in named) or "–"
        fields["entity"] = record_name(written, language)
    if "end_elements" in raw:
        ends = [names.element(one.instance, end) or end for end in raw["end_elements"]]
        fields["ends"] = ", ".join(ends if language == "da" else [f"“{end}”" for end in ends]) or "–"
    if "changes" in raw:
        fields["variables"] = ", ".join(raw["changes"])
    if isinstance(event, DecisionEvaluated):
        _say_decision(fields, event, names, language)
    else:
        _say_kind(fields, raw, kind, names, language, cause)
    if kind in _NAMED:
        fields |= {code: message_name(str(raw[code]), language) for code in ("name", "code") if code in raw}
    return fields


def _say_answers(fields: _Fields, raw: Mapping[str, Any], language: str) -> None:
    """What an event says by yes, no or a number, in a word."""
    rightness = {"da": ("forkert", "rigtig"), "en": ("wrong", "right")}[language]
    fields["right"] = rightness[bool(raw.get("is_right"))]
    answer = {"da": ("afvist", "godkendt"), "en": ("declined", "approved")}[language]
    fields["answer"] = answer[bool(raw.get("is_approved"))]
    taken_back = {"da": " (taget tilbage)", "en": " (taken back)"}[language]
    fields["back"] = taken_back if raw.get("is_taken_back") else ""
    fields["level"] = _level(raw.get("priority"), language)
    fields["level_before"] = _level(raw.get("previous"), language)
    fields["rules_plain"] = ", ".join(map(str, raw.get("rules") or ()))


def _say_kind(
    fields: _Fields,
    raw: Mapping[str, Any],
    kind: str,
    names: Names,
    language: str,
    cause: Callable[[str], str],
) -> None:
    """What events of one kind alone have."""
    if kind == "DeadlineOpened":
        _say_deadline(fields, raw, language)
    elif kind == "CaseFactSet":
        _say_fact(fields, raw, names, language)
    elif kind == "CaseRead":
        fields["page"] = PAGES.get(raw["page"], (raw["page"],) * 2)[language == "en"]
    elif kind == "NoticeSent":
        fields["told"] = notices.words(raw["text"], language, due_at=raw.get("due_at"))
    elif kind == "InstanceMigrated":
        fields |= {side: raw[side].rpartition(":")[2] for side in ("source", "target")}
    elif kind == "IncidentRaised":
        fields["message"] = cause(raw["message"])
    elif kind == "ClockCorrected":
        surely = {"da": " efter databasens ur alene", "en": ", by the database's clock alone"}
        fields["since"] = _instant(raw["since"], language)
        fields["surely"] = "" if raw["is_sure"] else surely[language]
    elif kind == "DatabaseWentOn":
        known = {"da": " Med er det, der var gjort til {at}.", "en": " What was done up to {at} is there."}
        at = raw.get("until")
        fields["known"] = known[language].format(at=_instant(at, language)) if at else ""
    elif kind == "NoteWritten":
        fields["note_kind"] = note_name(raw["kind"], language)
    elif kind == "ReferenceRecorded":
        fields["kind"] = kind_name(raw["kind"], language)


def _say_decision(fields: _Fields, event: DecisionEvaluated, names: Names, language: str) -> None:
    told = consulted(event, names, language)
    is_drawn = told.table == consulted(event, names, "da").table  # what the catalogue calls it is English
    quotes = "»{}«" if language == "da" else "“{}”" if is_drawn else "‘{}’"
    fields |= {"decision": quotes.format(told.table), "result": told.answer}
    fields["rules"] = f" ({told.rows})" if told.rows else ""


def consulted(event: DecisionEvaluated, names: Names, language: str) -> answers.Consulted:
    """What a table was asked and answered, in the words of its columns."""
    labels = names.table(event.resource, event.decision)
    return answers.consulted(event, labels, language, lambda value: _plain(value, language))


# Events of messages, signals, errors and escalations, which diagrams name by codes.
_NAMED = frozenset(
    {
        *("MessageAccepted", "MessageBuffered", "MessageCorrelated", "MessageExpired", "MessagePublished"),
        *("MessageReceived", "MessageRepeated", "MessageSubscribed", "MessageUnsubscribed"),
        *("SignalAccepted", "SignalBroadcast", "SignalReceived", "SignalSubscribed", "SignalUnsubscribed"),
        *("ErrorThrown", "EscalationThrown", "InstanceFailed"),
    }
)
# Fields that hold codes whatever the event.
_CODES: Mapping[str, Callable[[str, str], str]] = {
    "because": code_name,
    "outcome": code_name,
    "side": code_name,
    "source": code_name,
    "purpose": code_name,
    "verdict": code_name,
}


def _say_instants(fields: _Fields, raw: Mapping[str, Any], at: dt.datetime, language: str) -> None:
    if raw.get("closes_at"):
        fields["closes"] = _instant(raw["closes_at"], language)
    fields["follow_up"] = _instant(raw.get("follow_up_at") or at, language)
    fields["due"] = _instant(raw.get("due_at"), language)
    fields["received"] = _instant(raw.get("received_at"), language)
    fields["met"] = _instant(raw.get("met_at"), language)
    days, seconds = raw.get("days_late") or 0, raw.get("seconds_late") or 0
    many = {"da": "dag" if days == 1 else "dage", "en": "day" if days == 1 else "days"}[language]
    late = {"da": f", {days} {many} for sent", "en": f", {days} {many} late"}
    if not days:
        late = {"da": ", for sent", "en": ", late"}
    fields["late"] = late[language] if days or seconds else ""


def _who(actor: str, names: Names, language: str) -> str:
    if actor in ("system", "scenario"):
        return _SYSTEM[language]
    return guest_name(actor, language) if is_guest(actor) else names.person(actor)


def _party(code: str, names: Names, language: str) -> str:
    """A unit, the family or a person."""
    named = group_name(code, language)
    named = code_name(code, language) if named == code else named
    return names.person(code) if named == code else named


def _say_people(fields: _Fields, raw: Mapping[str, Any], kind: str, names: Names, language: str) -> None:
    for role in ("assignee", "owner", "delegate", "person"):
        if raw.get(role):
            fields[f"{role}_person"] = names.person(raw[role])
    recipients = [
        *(group_name(group, language) for group in raw.get("groups") or ()),
        *(names.person(id) for id in raw.get("people") or ()),
    ]
    fields["recipients"] = ", ".join(recipients) or "–"
    if raw.get("recipient"):
        fields["recipient"] = _party(raw["recipient"], names, language)
    if kind == "UserTaskCreated":
        users = [raw["assignee"]] if raw["assignee"] else raw["candidate_users"]
        to = [names.person(id) for id in users if id]
        if not raw["assignee"]:
            to += [group_name(group, language) for group in raw["candidate_groups"]]
        everyone = "alle" if language == "da" else "everyone"
        fields["to"] = ", ".join(dict.fromkeys(to)) or everyone
        by = {"da": f", senest {fields['due']}", "en": f", by {fields['due']}"}
        fields["by"] = by[language] if raw.get("due_at") else ""


def _say_deadline(fields: _Fields, raw: Mapping[str, Any], language: str) -> None:
    fields["rule"] = quoted(raw["rule"], language)
    fields["start"] = _plain(raw["start"], language)
    fields["start_fact"] = start_fact(str(raw["start_fact"] or ""), language)
    fields["length"] = f" + {raw['amount']} {unit_words(raw['unit'], language)}" if raw["amount"] else ""
    # The rules and pages of the specification behind it are told where the deadline is explained.
    fields["legal_basis"] = str(raw["legal_basis"] or "–").partition(" (")[0]


def _say_fact(fields: _Fields, raw: Mapping[str, Any], names: Names, language: str) -> None:
    def said(value: Any) -> str:
        if value in (None, ""):
            return "–"
        if raw["name"] == "status":
            return case_status(str(value), language).lower()
        if raw["name"] == "team":
            return group_name(str(value), language)
        if raw["name"] in _PEOPLE_FACTS:
            return names.person(value)
        if isinstance(value, str) and _is_code("Sag", raw["name"]):
            return code_name(value, language)
        return _plain(value, language)

    fields["name"], fields["value"] = attribute_name("Sag", raw["name"], language), said(raw["value"])
    before = {"da": " (før: {})", "en": " (before: {})"}[language]
    fields["before"] = before.format(said(raw["previous"])) if raw["previous"] not in (None, "") else ""


def unit_words(unit: str, language: str) -> str:
    """The unit of a deadline's length, as people write it."""
    danish, english = UNITS.get(unit, (unit, unit))
    return english if language == "en" else danish


def _is_code(entity_name: str, attribute: str) -> bool:
    try:
        return entity(entity_name).attribute(attribute).kind is Kind.CODE
    except NotFound:
        return False


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
    return str(value)


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

"""What cases hold about one person, put together from their history as it was at an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flowcase.access.guests import is_guest
from flowcase.cases.entities import ENTITIES
from flowcase.cases.known_people import digits, marks_of, plain
from flowcase.cases.own_data import (
    CHILD,
    FAMILY,
    NETWORK,
    SIBLING,
    Rules,
    Somebody,
    State,
    judged,
    mentions,
    without_others,
)
from flowcase.cases.retention import RetentionRule, rule_for
from flowcase.history.moment import Moment, RecordThen, moment
from flowcase.services.case_files.time_travel import events_of
from flowcase.store import Tx
from flowcase.store.queries import access_reports, case_files, history, known_people, people, records
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.history import EventRow
from flowcase.values import Value

_FAMILY_RECORD, _NOTIFICATION, _CHILD_RECORD, _NETWORK_RECORD = (
    "Familie",
    "Underretning",
    "Barn",
    "Netvaerksperson",
)
_DISCLOSED, _REQUEST, _MEETING, _JOURNALED = "Videregivelse", "Samtykkeanmodning", "Moede", "Journalpost"
_EXPORTS = ("ExportBegun", "ExportMade")
_NOTIFIER = "underretter"


@dataclass(frozen=True)
class Held:
    """One datum."""

    case: str
    record: str
    entity: str
    attribute: str
    data_class: str
    value: Value  # None of what is kept back
    since: dt.datetime
    changed: dt.datetime
    state: State
    ground: str = ""
    names: tuple[str, ...] = ()  # of others, in what is to be read

    @property
    def part(self) -> str:
        return f"{self.record}.{self.attribute}"


@dataclass(frozen=True)
class Received:
    """Somebody outside was told, or was to be."""

    case: str
    how: str  # disclosure | guest | meeting | export | journal
    at: dt.datetime | dt.date | None
    who: tuple[str, ...]
    purpose: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looked:
    """How often people of a unit looked."""

    case: str
    groups: tuple[str, ...]  # none: nobody of the house, or not any more
    count: int
    first: dt.datetime
    last: dt.datetime


@dataclass(frozen=True)
class Decided:
    """A table that was asked about the child."""

    case: str
    at: dt.datetime
    decision: str
    name: str
    rules: tuple[str, ...]
    rule_set: str


@dataclass(frozen=True)
class OfCase:
    """What one case holds about the person."""

    code: str
    role: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    rule: RetentionRule | None  # how long it is kept
    kept_until: dt.date | None
    held: Sequence[Held]
    received: Sequence[Received]
    looked: Sequence[Looked]
    decided: Sequence[Decided]

    def given(self, chosen: Iterable[str]) -> list[Held]:
        """What the person gets: by rule, and what somebody has read and found giveable."""
        wanted = set(chosen)
        return [
            each
            for each in self.held
            if each.state is State.GIVEN or (each.state is State.TO_READ and each.part in wanted)
        ]

    def kept_back(self, chosen: Iterable[str]) -> dict[str, int]:
        """ground -> how many data are kept back for it."""
        wanted, found = set(chosen), dict[str, int]()
        for each in self.held:
            if each.state is State.KEPT_BACK or (each.state is State.TO_READ and each.part not in wanted):
                found[each.ground] = found.get(each.ground, 0) + 1
        return found


@dataclass(frozen=True)
class CaseThen:
    """A case and everybody whom it knows."""

    row: CaseRow
    found: Moment
    events: Sequence[EventRow] = field(repr=False)
    known: Sequence[Somebody] = ()  # who may ask: the child, family and network
    strangers: Sequence[Somebody] = ()  # others in it: notifiers, children of other families


def case_at(tx: Tx, row: CaseRow, at: dt.datetime) -> CaseThen:
    """The case with its notifications and its family, wherever that is kept."""
    events = [each for each in events_of(tx, row) if each.at <= at]
    found = moment(events, at)
    named = {str(id) for id in (found.facts or {}).get("underretninger") or ()}
    mine = {
        id: each
        for id, each in found.records.items()
        if each.case == row.code or (each.entity == _NOTIFICATION and id in named)
    }
    others = [each for id, each in found.records.items() if id not in mine]
    family = _family(tx, row, found, at)
    if family is not None:
        mine[family.id] = family
    found.records = mine
    then = CaseThen(row, found, events)
    known = list(_known(then))
    return replace(then, known=known, strangers=list(_strangers(then, known, others)))


def _family(tx: Tx, row: CaseRow, found: Moment, at: dt.datetime) -> RecordThen | None:
    id = str((found.facts or {}).get("familie_id") or "")
    if not id or id in found.records:
        return found.records.get(id)
    kept = records.record(tx, id)
    if kept is None or kept.is_erased or tx.is_erased(kept.stream):
        return None
    return moment(history.events(tx, kept.stream), at).records.get(id)


def _known(then: CaseThen) -> Iterable[Somebody]:
    found = then.found.records
    child = found.get(then.row.child or "")
    if child is not None:
        yield _child("barn", CHILD, child)
    for record in found.values():
        if record.entity == _FAMILY_RECORD:
            rows: Any = record.values.get("medlemmer") or []
            for number, row in enumerate(rows):
                if isinstance(row, Mapping) and row.get("navn"):
                    yield Somebody(
                        f"familie:{record.id}:{number}",
                        str(row.get("rolle") or "andet"),
                        str(row["navn"]),
                        digits(row.get("cpr")),
                        str(row.get("kontakt") or ""),
                        record.id,
                    )
        if record.entity == _NETWORK_RECORD and record.values.get("navn"):
            values = record.values
            name, contact = str(values["navn"]), str(values.get("kontakt") or "")
            yield Somebody(f"netvaerk:{record.id}", NETWORK, name, "", contact, record.id)


def _child(place: str, role: str, record: RecordThen) -> Somebody:
    values = record.values
    return Somebody(
        place,
        role,
        str(values.get("navn") or ""),
        digits(values.get("cpr")),
        "",
        record.id,
        str(values.get("adresse") or ""),
    )


def _strangers(then: CaseThen, known: Sequence[Somebody], others: Sequence[RecordThen]) -> Iterable[Somebody]:
    """Notifiers, and children whom a notification of this case names as well."""
    names = {plain(each.name) for each in known}
    for record in others:
        if record.entity == _CHILD_RECORD and plain(record.values.get("navn")) not in names:
            yield _child("", "", record)
    for record in then.found.records.values():
        if record.entity == _NOTIFICATION:
            for name in ("boern", "soeskende_boern"):
                rows: Any = record.values.get(name) or []
                for row in rows:
                    if isinstance(row, Mapping) and plain(row.get("navn")) not in names:
                        yield Somebody(
                            "", "", str(row.get("navn") or ""), digits(row.get("cpr")), "", "",
                            str(row.get("adresse") or ""),
                        )  # fmt: skip
        for attribute in ("underretter_kontakt", "kontakt"):
            said = record.values.get(attribute)
            if said and record.entity != _NETWORK_RECORD:
                yield Somebody("", _NOTIFIER, str(said), "", str(said))


def cases_of(tx: Tx, origin: CaseThen, who: Somebody) -> list[str]:
    """Codes of every case that knows this person, the one where it is asked first; erased ones know nobody.

    A child is found by CPR number, everybody of a family by the family that cases share, and a grown-up
    also by CPR number and by the same name with the same contact. A name alone finds nobody: two people may
    have it. Nothing is opened but what the keyed hashes point to.
    """
    codes = [origin.row.code]
    if who.role == CHILD and who.cpr:
        for child in records.records_with(tx, _CHILD_RECORD, "cpr", who.cpr):
            codes += [child.case_code] if child.case_code else []
    if who.role != NETWORK:
        for record in origin.found.records.values():
            if record.entity == _FAMILY_RECORD:
                codes += [str(code) for code in record.values.get("boern") or ()]
    marks = marks_of(who.name, who.contact, "" if who.role == CHILD else who.cpr)
    for kept in known_people.knowing(tx, marks):
        if kept.entity == _FAMILY_RECORD:
            codes += [str(code) for code in kept.open.get("boern") or ()]
        elif kept.case_code:
            codes.append(kept.case_code)
    found = []
    for code in dict.fromkeys(codes):
        row = case_files.case(tx, code)
        if row is not None and row.erased_at is None:
            found.append(code)
    return found


def same_in(then: CaseThen, who: Somebody, origin: CaseThen) -> Somebody | None:
    """The person as another case knows them; None where it does not any more."""
    if then.row.code == origin.row.code:
        return who
    for each in then.known:
        if who.cpr and each.cpr == who.cpr:
            return each
        is_same_record = each.record == who.record and plain(each.name) == plain(who.name)
        is_same_contact = bool(who.contact) and plain(each.contact) == plain(who.contact)
        if each.role != CHILD and plain(each.name) == plain(who.name) and (is_same_record or is_same_contact):
            return each
    families = {id for id, each in origin.found.records.items() if each.entity == _FAMILY_RECORD}
    if who.role == CHILD and families & then.found.records.keys():
        return replace(who, role=SIBLING)
    return None


def of_case(
    tx: Tx,
    then: CaseThen,
    who: Somebody,
    rules: Rules,
    retention: Sequence[RetentionRule],
    *,
    to_oneself: bool,
) -> OfCase:
    """Everything that a case holds about the person, judged by the rules."""
    row = then.row
    everybody = [*then.known, *then.strangers]
    others = [each for each in everybody if plain(each.name) != plain(who.name)]
    hidden = then.strangers if who.role in FAMILY or who.role in (CHILD, SIBLING) else others
    outside = [each for each in others if each.role == NETWORK or each in hidden]
    rule = rule_for(retention, row.outcome)
    kept_until = rule.kept_until(row.closed_at) if rule is not None and row.closed_at is not None else None
    is_about = who.role == CHILD or who.role in FAMILY
    return OfCase(
        row.code,
        who.role,
        row.opened_at,
        row.closed_at,
        rule,
        kept_until,
        list(_held(then, who, rules, others, outside, to_oneself)),
        _received(tx, then, who),
        _looked(tx, then) if is_about else [],
        _decided(then) if who.role == CHILD else [],
    )


def _held(
    then: CaseThen,
    who: Somebody,
    rules: Rules,
    others: Sequence[Somebody],
    outside: Sequence[Somebody],
    to_oneself: bool,
) -> Iterable[Held]:
    opened = then.found.opened_at or then.row.opened_at
    facts = RecordThen(then.row.code, "Sag", then.row.code, then.found.facts or {}, opened, opened)
    private = [replace(each, name="") for each in others]  # numbers, contacts and addresses of the family
    for record in [facts, *sorted(then.found.records.values(), key=lambda each: each.written_at)]:
        entity = ENTITIES.get(record.entity)
        if entity is None:
            continue
        for part in judged(entity, record.id, record.values, who, rules, to_oneself=to_oneself):
            value, names = part.value, tuple[str, ...]()
            if part.state is State.TO_READ:
                names = tuple(dict.fromkeys(each.name for each in mentions(value, others)))
                value = without_others(value, who, [*outside, *private])
            yield Held(
                then.row.code,
                record.id,
                record.entity,
                part.attribute.name,
                part.attribute.data_class.value,
                value,
                record.written_at,
                record.changed_at,
                part.state,
                part.ground,
                names,
            )


def _received(tx: Tx, then: CaseThen, who: Somebody) -> list[Received]:
    """To whom something of this case was told; of a parent, what the consent said is about that parent."""
    found, code = [], then.row.code
    for record in sorted(then.found.records.values(), key=lambda each: each.written_at):
        values = record.values
        if record.entity == _DISCLOSED and (who.role == CHILD or _is_about(then, record, who)):
            at: Any = values.get("tidspunkt")
            to, kinds = _units(tx, then, values.get("til")), _codes(values.get("oplysningstyper"))
            purpose = str(values.get("formaal_kode") or "")
            found.append(Received(code, "disclosure", at or record.written_at, to, purpose, kinds))
        if who.role == CHILD and record.entity == _MEETING and values.get("inviterede"):
            at = values.get("tid") or values.get("dato")
            who_came = _units(tx, then, values["inviterede"])
            found.append(Received(code, "meeting", at, who_came, str(values.get("slags") or "")))
        if who.role == CHILD and record.entity == _JOURNALED:
            found.append(Received(code, "journal", record.written_at, ()))
    if who.role == CHILD:
        last = then.events[-1].at if then.events else then.row.opened_at
        for guest, made_at in access_reports.guests_of(tx, code):
            if made_at <= last:
                found.append(Received(code, "guest", made_at, (guest,)))
        for each in then.events:
            event: Any = each.event
            if each.kind == "ReferenceRecorded" and event is not None and event.kind in _EXPORTS:
                found.append(Received(code, "export", each.at, ()))
    return found


def _is_about(then: CaseThen, record: RecordThen, who: Somebody) -> bool:
    """Whether a disclosure told of this parent: the consent that opened it names data about them."""
    request = then.found.records.get(str(record.values.get("grundlag") or ""))
    if request is not None and request.entity == "Samtykke":
        request = then.found.records.get(str(request.values.get("anmodning_id") or ""))
    if request is None or request.entity != _REQUEST:
        return False
    return bool(request.values.get(f"oplysninger_om_{who.role}"))


def _codes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(each) for each in value or () if isinstance(each, str))


def _units(tx: Tx, then: CaseThen, value: Any) -> tuple[str, ...]:
    """Recipients: people of the house by their unit, the network by name, others as the case calls them."""
    found: list[str] = []
    for code in _codes(value):
        record = then.found.records.get(code)
        row = people.person(tx, code)
        if row is not None:
            found += sorted(row.groups)
        else:
            found.append(str(record.values.get("navn") or code) if record is not None else code)
    return tuple(dict.fromkeys(found))


def _looked(tx: Tx, then: CaseThen) -> list[Looked]:
    """By unit, not by name: who works for the authority is not the person's own data."""
    by_groups: dict[tuple[str, ...], list[dt.datetime]] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for each in then.events:
        if each.kind not in ("CaseRead", "CaseOpenedInEmergency"):
            continue
        if each.actor not in groups:
            row = None if is_guest(each.actor) else people.person(tx, each.actor)
            groups[each.actor] = () if row is None else tuple(sorted(row.groups))
        by_groups.setdefault(groups[each.actor], []).append(each.at)
    return [
        Looked(then.row.code, unit, len(times), min(times), max(times))
        for unit, times in sorted(by_groups.items())
    ]


def _decided(then: CaseThen) -> list[Decided]:
    """Every table that was asked, with the rules that matched; never what was asked or answered in words."""
    found = []
    for each in then.events:
        event: Any = each.event
        if each.kind == "DecisionEvaluated" and event is not None and each.stream == then.row.stream:
            name = event.record.get("decision_name") if isinstance(event.record, dict) else None
            found.append(
                Decided(
                    then.row.code,
                    each.at,
                    event.decision,
                    str(name or event.decision),
                    tuple(event.rules),
                    event.rule_set or "",
                )
            )
    return found

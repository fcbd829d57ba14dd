"""What an inside handler may do: read and write case data on the transaction that moves the token.

A handler is `handle(job, case) -> variables`; `case` is a `CaseWork`. Nothing here commits. Messages,
signals and starts that a handler asks for are collected in `requests` and carried out by the advancing
loop within the same transaction, after the handler has returned.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowcase.cases import events
from flowcase.cases.deadline_rules import Question
from flowcase.cases.entities import DataClass, entity
from flowcase.errors import Conflict, NotFound
from flowcase.services.case_facts import case_facts
from flowcase.services.deadline_work import DeadlineWork
from flowcase.services.requests import Broadcast, FactsChanged, Publish, Request, Start
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.deadlines import DeadlineRow
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.decisions import Decisions
    from flowcase.services.rule_sets import RuleSets

__all__ = ["Broadcast", "CaseWork", "FactsChanged", "Proposal", "Publish", "Record", "Request", "Start"]

CASE = "Sag"  # the entity that is addressed by the case code and lives in the case file


@dataclass(frozen=True)
class Record:
    """A record with all its attributes, decrypted."""

    id: str
    entity: str
    case: str | None
    values: Mapping[str, Value]
    version: int

    def __getitem__(self, name: str) -> Value:
        """The attribute's value; None while it has none."""
        return self.values.get(name)


@dataclass(frozen=True)
class Proposal:
    """What the rule sets say about a deadline that is not opened yet."""

    due: dt.date | None  # None: a date must be decided
    needs_date: bool  # completion must be refused until a date is decided
    proposal: dt.date | None  # the default where a date must be decided
    rule_set: str | None  # the one that decided


class CaseWork:
    """The typed repository that an inside handler is given."""

    def __init__(
        self,
        tx: Tx,
        *,
        rule_sets: RuleSets,
        decisions: Decisions,
        instance: LockedInstance | None = None,
        element: str = "",
        case: str | None = None,
        stream: str | None = None,
    ) -> None:
        """For a handler `instance` and `element`; for a command `case` or `stream`."""
        self._tx, self._rule_sets, self._decisions = tx, rule_sets, decisions
        self._instance, self._element = instance, element
        self._case = case if instance is None else instance.case_code
        self._stream = stream or (instance.stream if instance is not None else self._stream_of(case))
        self.requests: list[Request] = []
        self._deadlines = DeadlineWork(tx, rule_sets, self.requests)

    # --- where the handler stands ------------------------------------------------------------------

    @property
    def now(self) -> dt.datetime:
        """The instant of this transaction, aware UTC; the only clock a handler may read."""
        return self._tx.now

    @property
    def code(self) -> str | None:
        """The case of the instance; None before there is one."""
        return self._case

    @property
    def actor(self) -> str:
        """Id of who acts: the person who completed a user task, or `system` for timers."""
        return self._tx.actor.id

    def setting(self, name: str, *, case: str | None = None) -> Value:
        """A setting of the rule set that the instance pins (or the given case); raises NotFound."""
        settings = self._rule_sets.settings(self._tx, self._pin(case))
        if name not in settings:
            raise NotFound("setting", name)
        return settings[name]

    # --- records -----------------------------------------------------------------------------------

    def records(self, entity_name: str, *, case: str | None = None, **k0: Value) -> list[Record]:
        """Records of an entity, oldest first, filtered by equality of K0 attributes and by case.

        `case=None` asks across cases (for example all assessed notifications); a filter on None finds
        what has no value. A filter on an attribute of class K1 or K2 raises ValueError.
        """
        kind = entity(entity_name)
        for name in k0:
            if kind.attribute(name).data_class is not DataClass.K0:
                raise ValueError(f"Expected a filter on an open attribute, but '{name}' is confidential.")
        if entity_name == CASE:
            return self._case_records(case, k0)
        rows = record_rows.records(self._tx, entity=entity_name, case=case, k0=k0)
        return [_record(row) for row in rows]

    def get(self, entity_name: str, id: str) -> Record:
        """One record; raises NotFound. Entity `Sag` is addressed by the case code."""
        if entity_name == CASE:
            row = self._case_row(id)
            return Record(row.code, CASE, row.code, case_facts(self._tx, row.code) or {}, row.version)
        found = record_rows.record(self._tx, id)
        if found is None or found.entity != entity_name:
            raise NotFound(entity_name, id)
        return _record(found)

    def create(
        self, entity_name: str, values: Mapping[str, Value], case: str | None = None, *, id: str = ""
    ) -> str:
        """Create a record on the stream of `case` (default: the instance's own stream); returns its id.

        Raises NotFound for an attribute that the entity does not have.
        """
        kind = entity(entity_name)
        open_values, secret = kind.split(values)
        record = id or self._tx.new_id()
        case = case or self._case
        self._append(
            self._stream_of(case) if case else self._stream,
            events.RecordCreated(
                record=record,
                entity=entity_name,
                case=case,
                open=open_values,
                secret=secret,
                search=_search(kind.search_keys, values),
            ),
        )
        return record

    def update(self, entity_name: str, id: str, values: Mapping[str, Value]) -> None:
        """Change the given attributes of a record. Facts of entity `Sag` are set one by one."""
        if entity_name == CASE:
            for name, value in values.items():
                self.set_fact(id, name, value)
            return
        kind = entity(entity_name)
        open_values, secret = kind.split(values)
        found = record_rows.record(self._tx, id)
        if found is None or found.entity != entity_name:
            raise NotFound(entity_name, id)
        self._append(
            found.stream,
            events.RecordUpdated(
                record=id,
                entity=entity_name,
                case=found.case_code,
                open=open_values,
                secret=secret,
                search=_search(kind.search_keys, values),
            ),
        )

    def find_child(self, cpr: str) -> list[Record]:
        """Records of `Barn` with this CPR number, found by keyed hash, newest first."""
        digits = _digits(cpr)
        if not digits:
            return []
        return [_record(row) for row in record_rows.records_with(self._tx, "Barn", "cpr", digits)]

    # --- cases -------------------------------------------------------------------------------------

    def open_case(self, child: Mapping[str, Value], *, code: str | None = None, **facts: Value) -> str:
        """Open a case with a `Barn` record of these values; returns the code (given, or the next free one).

        `facts` are first K0 facts (status, omraade, distrikt, kendskabsdato ...). The case pins the
        installation's rule-set profile in its present version. Raises Conflict for a code that is taken.
        """
        if code is not None and case_files.case(self._tx, code) is not None:
            raise Conflict(f"open case '{code}'", "there is a case with this code")
        for name in facts:
            _check_open(name)
        code = code or self._next_code()
        barn = self._tx.new_id()
        pin = self._rule_sets.pin(self._tx)
        stream = self._stream_of(code)
        self._append(
            stream,
            events.CaseOpened(
                case=code,
                child=barn,
                rule_set=pin.name if pin else "",
                rule_set_version=pin.version if pin else "",
                facts={"status": "aaben", **facts},
            ),
        )
        self.create("Barn", child, code, id=barn)
        return code

    def has_case(self, code: str) -> bool:
        return case_files.case(self._tx, code) is not None

    def case(self, code: str | None = None) -> dict[str, Value]:
        """The K0 facts of a case as diagrams read them under `sag`; raises NotFound."""
        return case_facts(self._tx, self._case_row(code).code) or {}

    def set_fact(self, case: str, name: str, value: Value, *, reason: str = "") -> None:
        """Set a K0 fact of a case. Deadlines that count from it move, and their timers with them."""
        row = self._case_row(case)
        _check_open(name)
        previous = row.facts.get(name)
        if name in row.facts and previous == value:
            return
        self._append(
            row.stream,
            events.CaseFactSet(case=case, name=name, value=value, previous=previous, reason=reason),
        )
        self._deadlines.follow_fact(case, name, value, reason)

    def close_case(self, case: str, outcome: str) -> None:
        """Close the case with an outcome code; its status becomes `afsluttet`."""
        self.set_fact(case, "status", "afsluttet")
        row = self._case_row(case)
        self._append(row.stream, events.CaseClosed(case=case, outcome=outcome))

    # --- deadlines ---------------------------------------------------------------------------------

    def open_deadline(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        *,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        start_fact: str = "",
        occurrence: int = 1,
        kind: str = "",
        rule_sets: Sequence[str] | None = None,
        due: dt.date | dt.datetime | None = None,
        facts: Mapping[str, Value] | None = None,
        responsible: str | None = None,
        element: str = "",
    ) -> str:
        """Open a deadline by its timer id (`T01` to `T23`) and start its `frist` process; returns `frist_id`.

        `case` defaults to the handler's case, `subject` is the record it is about, `part` tells deadlines
        of one rule and subject apart. `start_fact` names a fact of the case when a later correction of
        that fact shall move this deadline (default: what the table says, `kendskabsdato` for T04).
        `occurrence` and `kind` (`anbringelse`, `forebyggende`, `netvaerksindsats`) are asked for series;
        `facts` are further inputs: `serie_start`, `forrige_frist`, and for LOV-BL
        `undersoegelse_afsluttet`. `rule_sets` are the sets chosen for this measure (default: those of the
        pinned profile, the strictest wins). `due` gives the date instead of computing it (an agreement,
        a decided next follow-up). A running deadline of the same rule, case, subject and part is moved
        and its id returned. A due instant that has already passed is recorded as breached at once.
        Raises Refused when no rule set gives a length and no date was given.
        """
        case = case or self._case
        question = self._question(rule, start, case, occurrence, kind, rule_sets, due, facts)
        return self._deadlines.open(
            question,
            case=case,
            stream=self._stream_of(case) if case else self._stream,
            subject=subject,
            part=part,
            start_fact=start_fact,
            responsible=responsible,
            element=element or self._element,
            instance=self._instance,
            pin=self._pin(case),
        )

    def propose_deadline(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        *,
        case: str | None = None,
        occurrence: int = 1,
        kind: str = "",
        rule_sets: Sequence[str] | None = None,
        due: dt.date | dt.datetime | None = None,
        facts: Mapping[str, Value] | None = None,
    ) -> Proposal:
        """What `open_deadline` would compute, without opening: is a date needed, and which is the default?"""
        case = case or self._case
        question = self._question(rule, start, case, occurrence, kind, rule_sets, due, facts)
        found = self._deadlines.calculate(question, case=case, pin=self._pin(case))
        return Proposal(
            found.due.day if found.due else None,
            found.needs_date,
            found.proposal,
            found.length.rule_set if found.length else None,
        )

    def meet_deadline(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        met_at: dt.datetime | dt.date | None = None,
    ) -> int:
        """Done: ends its `frist` process. By id, or every running one of rule, case, subject and part.

        `met_at` defaults to now; a date counts as that whole local day. Returns the greatest number of
        days late; 0 when in time or when none was running.
        """
        rows = self._running(deadline, rule, case, subject, part)
        return max((self._deadlines.meet(row, met_at) for row in rows), default=0)

    def cancel_deadline(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        reason: str,
    ) -> int:
        """It no longer applies: ends its `frist` process; returns how many were cancelled."""
        rows = self._running(deadline, rule, case, subject, part)
        for row in rows:
            self._deadlines.cancel(row, reason)
        return len(rows)

    def move_deadline(
        self,
        deadline: str,
        *,
        start: dt.datetime | dt.date | None = None,
        due: dt.datetime | dt.date | None = None,
        reason: str,
    ) -> dt.datetime:
        """Compute it anew from another start, or give it another date; its timers move with it."""
        return self._deadlines.move(deadline, start=start, due=due, reason=reason)

    def deadlines(
        self,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        is_open: bool | None = True,
    ) -> list[DeadlineRow]:
        """Deadline rows (id, rule, due_at, status ...), earliest due first; `is_open=None` takes all.

        A breached deadline counts as open until it is met or cancelled.
        """
        in_case, in_stream = self._place(case, subject)
        return self._deadlines.find(
            rule=rule, case=in_case, subject=subject, part=part, stream=in_stream, is_open=is_open
        )

    def remind(self, deadline: str, nr: int) -> bool:
        """Send reminder `nr` of its plan; False when it is no longer called for."""
        return self._deadlines.remind(deadline, nr)

    def breach(self, deadline: str) -> bool:
        """Record that it is breached, once; whether it is breached and still not done."""
        return self._deadlines.breach(deadline)

    def escalate(self, deadline: str, nr: int | None = None) -> bool:
        """Send step `nr` of its escalation chain, or the next repetition; False when it is done."""
        return self._deadlines.escalate(deadline, nr)

    # --- decisions, notes, notices -----------------------------------------------------------------

    def decide(self, decision: str, inputs: Mapping[str, Value]) -> Value:
        """Ask a decision table of the pinned rule set; the evaluation is recorded in the history."""
        if self._instance is None:
            return self._rule_sets.table(self._tx, decision, self._pin()).evaluate(inputs, self.now).value
        result = self._decisions.decide(
            self._tx, self._instance, decision, inputs, element=self._element or None
        )
        return result.value

    def note(self, kind: str, text: str, case: str | None = None, source: str = "") -> str:
        """Write a note (`Notat`, ciphertext); returns its id. `kind` and `source` are codes."""
        case = case or self._case
        note = self._tx.new_id()
        self._append(
            self._stream_of(case) if case else self._stream,
            events.NoteWritten(note=note, kind=kind, text=text, case=case, source=source or self._element),
        )
        return note

    def notify(
        self,
        *,
        groups: Sequence[str] = (),
        people: Sequence[str] = (),
        kind: str,
        case: str | None = None,
        text: str,
        deadline: str | None = None,
    ) -> str:
        """Send an in-app notice; `text` is the code of a fixed sentence, never words about a person."""
        case = case or self._case
        notice = self._tx.new_id()
        self._append(
            self._stream_of(case) if case else self._stream,
            events.NoticeSent(
                notice=notice,
                kind=kind,
                text=text,
                groups=tuple(groups),
                people=tuple(people),
                case=case,
                deadline=deadline,
            ),
        )
        return notice

    # --- other processes ---------------------------------------------------------------------------

    def publish(
        self,
        message: str,
        key: str,
        variables: Mapping[str, Value] | None = None,
        *,
        message_id: str | None = None,
        time_to_live: dt.timedelta | None = None,
        case: str | None = None,
    ) -> None:
        """Publish a message once the handler has returned, in the same transaction."""
        self.requests.append(
            Publish(
                name=message,
                key=key,
                variables=dict(variables or {}),
                message_id=message_id,
                time_to_live=time_to_live,
                case=case or self._case,
                stream=self._stream_of(case) if case else self._stream,
            )
        )

    def broadcast(self, signal: str, case: str | None, variables: Mapping[str, Value] | None = None) -> None:
        """Broadcast a signal to one case, or with `case=None` to the global catchers."""
        self.requests.append(Broadcast(signal=signal, case=case, variables=dict(variables or {})))

    def start(
        self, process: str, variables: Mapping[str, Value] | None = None, case: str | None = None
    ) -> None:
        """Start a process on the case's stream (default: the handler's own case)."""
        self.requests.append(
            Start(
                process=process,
                variables=dict(variables or {}),
                case=case or self._case,
                stream=self._stream_of(case) if case else self._stream,
            )
        )

    # --- inside ------------------------------------------------------------------------------------

    def _append(self, stream: str, event: events.Event) -> None:
        self._tx.append(stream, event, instance=self._instance, element=self._element or None)

    def _stream_of(self, case: str | None) -> str:
        if case is None:
            return INSTALLATION
        row = case_files.case(self._tx, case)
        return row.stream if row is not None else f"case:{case}"

    def _case_row(self, code: str | None) -> case_files.CaseRow:
        code = code or self._case or ""
        row = case_files.case(self._tx, code)
        if row is None:
            raise NotFound("case", code)
        return row

    def _case_records(self, code: str | None, k0: Mapping[str, Value]) -> list[Record]:
        if code is not None:
            rows = [row for row in [case_files.case(self._tx, code)] if row is not None]
        else:
            rows = case_files.cases(
                self._tx,
                status=_text(k0.get("status")),
                team=_text(k0.get("team")),
                caseworker=_text(k0.get("sagsbehandler")),
                limit=_ALL,
            )[::-1]
        found = [
            Record(row.code, CASE, row.code, case_facts(self._tx, row.code) or {}, row.version)
            for row in rows
        ]
        return [each for each in found if all(each[name] == value for name, value in k0.items())]

    def _pin(self, case: str | None = None) -> str | None:
        if case is not None and case != self._case:
            row = case_files.case(self._tx, case)
            if row is not None and row.rule_set:
                return f"{row.rule_set}:{row.rule_set_version}"
        return self._instance.rule_set if self._instance is not None else None

    def _next_code(self) -> str:
        """`SAG-<year>-<number>`; the row of its stream is locked first, so that no two take one number."""
        prefix = f"SAG-{self.now.year}-"
        newest = case_files.newest_code(self._tx, prefix)
        number = int(newest.removeprefix(prefix)) if newest and newest.removeprefix(prefix).isdigit() else 0
        while True:
            number += 1
            code = f"{prefix}{number:05d}"
            self._tx.stream(f"case:{code}")
            if case_files.case(self._tx, code) is None:
                return code

    def _question(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        case: str | None,
        occurrence: int,
        kind: str,
        rule_sets: Sequence[str] | None,
        due: dt.date | dt.datetime | None,
        facts: Mapping[str, Value] | None,
    ) -> Question:
        row = case_files.case(self._tx, case) if case else None
        return Question(
            rule=rule,
            start=start,
            kind=kind or "",
            occurrence=int(occurrence),
            chosen=tuple(rule_sets or ()),
            team=row.team if row is not None else None,
            facts=dict(facts or {}),
            given=due,
        )

    def _place(self, case: str | None, subject: str | None) -> tuple[str | None, str | None]:
        """Where to look: the case given or the handler's own; before there is one, its stream."""
        if case or subject:
            return case, None
        return self._case, None if self._case else self._stream

    def _running(
        self,
        deadline: str | None,
        rule: str | None,
        case: str | None,
        subject: str | None,
        part: str | None,
    ) -> list[DeadlineRow]:
        if deadline is None and rule is None and subject is None:
            raise ValueError("Expected a deadline's id, its rule or its subject, but got none of them.")
        in_case, in_stream = self._place(case, subject)
        return self._deadlines.find(
            deadline, rule=rule, case=in_case, subject=subject, part=part, stream=in_stream
        )


_ALL = 1_000_000


def _check_open(fact: str) -> None:
    """Facts of a case lie open in its row: a name that the entity keeps confidential is refused."""
    known = {attribute.name: attribute.data_class for attribute in entity(CASE).attributes}
    if known.get(fact, DataClass.K0) is not DataClass.K0:
        raise ValueError(f"Expected an open fact of a case, but '{fact}' is confidential.")


def _record(row: record_rows.RecordRow) -> Record:
    return Record(row.id, row.entity, row.case_code, row.values, row.version)


def _search(keys: Sequence[str], values: Mapping[str, Value]) -> dict[str, str]:
    found = {name: _digits(str(values[name])) for name in keys if values.get(name)}
    return {name: text for name, text in found.items() if text}


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None

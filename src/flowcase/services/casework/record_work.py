"""Records and case files on an open transaction: what handlers and commands read and write.

Values of class K0 lie open, all others become ciphertext under the key of the record's stream; which
is which is said once, in `cases.entities`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowcase.cases import events
from flowcase.cases.entities import DataClass, entity
from flowcase.errors import Conflict, NotFound
from flowcase.services.casework.case_facts import OF_CASE, case_facts, facts_in
from flowcase.services.casework.deadline_work import DeadlineWork
from flowcase.services.requests import Request
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.decisions import Decisions
    from flowcase.services.rule_sets import RuleSets

CASE = "Sag"  # the entity that is addressed by the case code and lives in the case file

_ALL = 1_000_000
_APPROVED = "godkendt"

# Facts of a case that end with it: whoever has it, and what gates read of its examination and plan.
_OF_ONE_COURSE = (
    "sagsbehandler",
    "stedfortraeder",
    "team",
    "trin",
    "undersoegelse_i_gang",
    "undersoegelse_afsluttet",
    "handleplan_godkendt",
    "plan_slags",
)


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


class RecordWork:
    """The part of `CaseWork` that is about records and cases."""

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
        settings = self.settings(case)
        if name not in settings:
            raise NotFound("setting", name)
        return settings[name]

    def settings(self, case: str | None = None) -> Mapping[str, Value]:
        """Every setting of the rule set that the instance pins (or the given case)."""
        return self._rule_sets.settings(self._tx, self._pin(case))

    def ask(self, decision: str, inputs: Mapping[str, Value]) -> Value:
        """What a decision table of the pinned rule set says, without a record: for looking things up."""
        return self._rule_sets.table(self._tx, decision, self._pin()).evaluate(inputs, self.now).value

    def references(self) -> Mapping[str, Value]:
        """Goals and figures of the sources, of every rule set: reported and never enforced."""
        composition = self._rule_sets.composition(self._tx, self._pin())
        return {} if composition is None else composition.references

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

    def newest(self, entity_name: str, attribute: str, *, case: str, **k0: Value) -> Record | None:
        """The newest record of the case that has the attribute; of those that were approved, if any was.

        `k0` narrows them as in `records`.
        """
        filled = [each for each in self.records(entity_name, case=case, **k0) if each[attribute]]
        approved = [each for each in filled if each.values.get("status") == _APPROVED]
        return next(reversed(approved or filled), None)

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
        self,
        entity_name: str,
        values: Mapping[str, Value],
        case: str | None = None,
        *,
        id: str = "",
        stream: str | None = None,
    ) -> str:
        """Create a record on the stream of `case` (default: the instance's own stream); returns its id.

        `stream` is for what belongs to neither, such as a notification before it has a case. Raises
        NotFound for an attribute that the entity does not have.
        """
        kind = entity(entity_name)
        open_values, secret = kind.split(values)
        record = id or self._tx.new_id()
        case = case or (None if stream else self._case)
        self._append(
            stream or (self._stream_of(case) if case else self._stream),
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

    def reopen_case(self, case: str, status: str, *, reason: str) -> None:
        """A closed case goes on with this status, and as a new one begins: with nobody who has it.

        What was examined, planned and decided before it was closed opens no gate any more.
        """
        row = self._case_row(case)
        if row.closed_at is not None:
            self._append(row.stream, events.CaseReopened(case=case))
        for name in _OF_ONE_COURSE:
            if row.facts.get(name) is not None:
                self.set_fact(case, name, None, reason=reason)
        self.set_fact(case, "status", status, reason=reason)

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
            Record(row.code, CASE, row.code, facts_in(row), row.version)
            for row in rows
            if all(name in OF_CASE or row.facts.get(name) == value for name, value in k0.items())
        ]
        return [each for each in found if all(each[name] == value for name, value in k0.items())]

    def _pin(self, case: str | None = None) -> str | None:
        if case is not None and case != self._case:
            row = case_files.case(self._tx, case)
            if row is not None and row.pin is not None:
                return row.pin
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

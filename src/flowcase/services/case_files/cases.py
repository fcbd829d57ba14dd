"""Cases: looking at them, opening one by hand, correcting a fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.entities import DataClass, entity
from flowcase.errors import Conflict, NotFound
from flowcase.services.casework.case_facts import case_facts
from flowcase.services.casework.case_work import OpenWork, Record
from flowcase.services.entitled import case_access
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.values import Value

Place = tuple[dt.datetime, str]  # opened_at and code of the last row of a page

_ALL = 1_000_000


@dataclass(frozen=True)
class Case:
    """A case file: its code, where it stands, and its open facts."""

    code: str
    status: str | None
    team: str | None
    caseworker: str | None
    rule_set: str
    rule_set_version: str
    facts: Mapping[str, Value]
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    outcome: str | None
    erased_at: dt.datetime | None = None


class Cases:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, advancing: Advancing, open_work: OpenWork) -> None:
        self._transactions, self._advancing, self._open_work = transactions, advancing, open_work

    def get(self, code: str, *, actor: Actor) -> Case:
        """Raises NotFound, and Forbidden for who has no work with it."""
        return as_case(self._transactions.read(lambda tx: case_access.seen(tx, code, actor)))

    def records(self, entity_name: str, *, case: str | None = None) -> list[Record]:
        """Records with everything in them; for programs of this installation, not for a screen."""
        return self._transactions.read(lambda tx: self._open_work(tx).records(entity_name, case=case))

    def list(
        self,
        *,
        actor: Actor,
        status: str | None = None,
        team: str | None = None,
        caseworker: str | None = None,
        is_open: bool | None = None,
        limit: int = _ALL,
    ) -> list[Case]:
        """The cases that the actor may see, newest first."""
        rows = self._transactions.read(
            lambda tx: case_files.cases(
                tx, status=status, team=team, caseworker=caseworker, is_open=is_open, limit=limit
            )
        )
        return [as_case(row) for row in rows if case_access.may_see(actor, row)]

    def page(
        self,
        *,
        actor: Actor,
        status: str | None = None,
        team: str | None = None,
        is_open: bool | None = None,
        code_part: str | None = None,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Sequence[Case], Place | None]:
        """As `list`, a page at a time, and where the next one begins; None when this is the last one."""

        def work(tx: Tx) -> tuple[Sequence[Case], Place | None]:
            found: list[Case] = []
            place = after
            while True:
                rows = case_files.cases(
                    tx,
                    status=status,
                    team=team,
                    is_open=is_open,
                    code_part=code_part,
                    after=place,
                    limit=limit + 1,
                )
                for row in rows:
                    if len(found) == limit:
                        return found, place
                    place = (row.opened_at, row.code)
                    if case_access.may_see(actor, row):
                        found.append(as_case(row))
                if len(rows) <= limit:
                    return found, None

        return self._transactions.read(work)

    def facts(self, code: str) -> dict[str, Value] | None:
        """The open facts of a case as diagrams read them under `sag`; None when there is no such case."""
        return self._transactions.read(lambda tx: case_facts(tx, code))

    def open(
        self,
        code: str | None = None,
        *,
        child: Mapping[str, Value],
        facts: Mapping[str, Value] | None = None,
        actor: Actor,
    ) -> str:
        """Open a case without a notification; returns its code. Raises Conflict for a code that is taken.

        Of `child`, what the entity `Barn` knows is kept.
        """
        known = {attribute.name for attribute in entity("Barn").attributes}
        values = {name: value for name, value in child.items() if name in known}

        def work(tx: Tx) -> str:
            case_work = self._open_work(tx)
            opened = case_work.open_case(values, code=code, **(facts or {}))
            self._advancing.request(tx, *case_work.requests)
            return opened

        return self._transactions.run(actor, work)

    def add_record(
        self,
        entity_name: str,
        values: Mapping[str, Value],
        *,
        case: str | None = None,
        id: str = "",
        actor: Actor,
    ) -> str:
        """Write down what was known before flowcase did its work: a record of a case, or of none; its id.

        Raises NotFound for a case, an entity or an attribute that there is not, and Conflict for an id
        that is taken.
        """

        def work(tx: Tx) -> str:
            case_work = self._open_work(tx, case=case)
            if case is not None and not case_work.has_case(case):
                raise NotFound("case", case)
            if id and record_rows.record(tx, id) is not None:
                raise Conflict(f"add record '{id}'", "there is a record with this id")
            added = case_work.create(entity_name, values, case, id=id)
            self._advancing.request(tx, *case_work.requests)
            return added

        return self._transactions.run(actor, work)

    def set_fact(self, code: str, fact: str, value: Value, *, reason: str, actor: Actor) -> None:
        """Correct a fact of a case, with a reason. Deadlines that count from it move with their timers.

        Raises NotFound for a case that does not exist and ValueError for a confidential attribute.
        """

        def work(tx: Tx) -> None:
            case_work = self._open_work(tx, case=code)
            case_work.set_fact(code, fact, value, reason=reason)
            self._advancing.request(tx, *case_work.requests)

        self._transactions.run(actor, work)

    def record(self, id: str, *, actor: Actor, classes: frozenset[DataClass] | None = None) -> Record:
        """One record, limited to the confidentiality classes given. Raises NotFound."""
        row = self._transactions.read(lambda tx: record_rows.record(tx, id))
        if row is None:
            raise NotFound("record", id)
        kind = entity(row.entity)
        values = {
            name: value
            for name, value in row.values.items()
            if classes is None or kind.attribute(name).data_class in classes
        }
        return Record(row.id, row.entity, row.case_code, values, row.version)


def as_case(row: case_files.CaseRow) -> Case:
    """As it is read outside of the services."""
    return Case(
        row.code,
        row.status,
        row.team,
        row.caseworker,
        row.rule_set,
        row.rule_set_version,
        {"regelsaet": row.rule_set, **row.facts},
        row.opened_at,
        row.closed_at,
        row.outcome,
        row.erased_at,
    )

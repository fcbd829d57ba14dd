"""Exports of the history: which events, how confidential, for whom; each is an event itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TextIO

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_export
from flowcase.cases.civil_time import at_wall_clock
from flowcase.cases.entities import DataClass
from flowcase.errors import Forbidden, NotFound
from flowcase.events import ExportMade
from flowcase.history.exports import FORMATS, Line, values_of
from flowcase.services.definitions import Definitions
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, instances, people
from flowcase.store.queries import history as queries
from flowcase.store.queries.history import EventRow
from flowcase.store.tx import INSTALLATION
from flowcase.values import Value


@dataclass(frozen=True)
class Asked:
    """Which events; what is None leaves nothing out. Days are whole local days, both included."""

    case: str | None = None
    process: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    data_class: DataClass = DataClass.K0
    names_actors: bool = False  # ids of people instead of pseudonyms


class Exports:
    """One transaction per method, and one more that remembers the export."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def write(self, format: str, asked: Asked, out: TextIO, *, actor: Actor) -> int:
        """Write the events in one of FORMATS; how many. All of them are held in memory.

        The export is in the history before its first line is written. Events whose key was destroyed are
        left out. Raises Forbidden, and NotFound for a format, a case or a process that there is not.
        """
        if not may_export(actor):
            raise Forbidden("export the history", "only auditors and the operator at the terminal may")
        if format not in FORMATS:
            raise NotFound("export format", format)
        lines = self._transactions.read(lambda tx: list(self._lines(tx, asked)))
        self._transactions.run(actor, lambda tx: _remember(tx, format, asked, len(lines)))
        FORMATS[format](lines, out)
        return len(lines)

    def _lines(self, tx: Tx, asked: Asked) -> Iterator[Line]:
        streams = [row.id for row in queries.streams(tx)]
        if asked.case is not None:
            row = case_files.case(tx, asked.case)
            if row is None:
                raise NotFound("case", asked.case)
            streams = [row.stream]
        of_process = None
        if asked.process is not None:
            # What an instance writes about a case lies in the case's stream: every stream is looked through.
            of_process = {each.id for each in instances.instances(tx, process=asked.process, limit=None)}
        since = None if asked.first is None else at_wall_clock(asked.first, dt.time())
        until = None if asked.last is None else at_wall_clock(asked.last + dt.timedelta(days=1), dt.time())
        said = _Said(tx, self._definitions, asked)
        for stream in streams:
            for event in queries.events(tx, stream):
                if (since is not None and event.at < since) or (until is not None and event.at >= until):
                    continue
                if of_process is not None and event.instance not in of_process:
                    continue
                if event.event is not None:
                    yield said.line(event)


def _remember(tx: Tx, format: str, asked: Asked, events: int) -> None:
    made = ExportMade(
        format=format,
        case=asked.case,
        process=asked.process,
        first=asked.first,
        last=asked.last,
        data_class=asked.data_class.value,
        names_actors=asked.names_actors,
        events=events,
    )
    row = case_files.case(tx, asked.case) if asked.case is not None else None
    concerned = [] if row is None or row.erased_at is not None else [row.stream]
    tx.append(INSTALLATION, made, concerns=concerned)


class _Said:
    """Lines with what instances, elements and people are called, looked up once each."""

    def __init__(self, tx: Tx, definitions: Definitions, asked: Asked) -> None:
        self._tx, self._definitions, self._asked = tx, definitions, asked
        self._instance = cache(lambda id: instances.instance(tx, id))
        self._people = {row.id for row in people.people(tx)}
        self._codes = {row.stream: row.code for row in case_files.cases(tx, limit=1_000_000)}
        self._pseudonym: Callable[[str], str] = cache(
            lambda id: f"person-{tx.digest('export', id).hex()[:12]}"
        )

    def line(self, row: EventRow) -> Line:
        assert row.event is not None
        instance = self._instance(row.instance) if row.instance else None
        element = row.element or getattr(row.event, "element", None)
        return Line(
            stream=row.stream,
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            actor=self._who(row.actor),
            case=self._codes.get(row.stream),
            process=None if instance is None else instance.process,
            instance=row.instance,
            element=element,
            element_name=self._name(None if instance is None else instance.definition, element),
            values=values_of(row.event, self._asked.data_class, self._disguised),
        )

    def _name(self, definition: str | None, element: str | None) -> str:
        if definition is None or element is None:
            return ""
        drawn = self._definitions.process(self._tx, definition).elements.get(element)
        return "" if drawn is None else drawn.name or ""

    def _who(self, actor: str) -> str:
        return actor if self._asked.names_actors or actor == SYSTEM.id else self._pseudonym(actor)

    def _disguised(self, value: Value) -> Value:
        """People of the house get the same pseudonym wherever a value is their id."""
        if self._asked.names_actors:
            return value
        if isinstance(value, str):
            return self._pseudonym(value) if value in self._people else value
        if isinstance(value, list):
            return [self._disguised(inner) for inner in value]
        if isinstance(value, dict):
            return {name: self._disguised(inner) for name, inner in value.items()}
        return value

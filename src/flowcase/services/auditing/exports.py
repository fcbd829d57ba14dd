"""Exports of the history: which events, how confidential, for whom; each is an event itself.

An export is a stream: however long the history is, a page of it is in memory. What it holds is decided by how
far each stream went at one instant; what is written meanwhile is not in it.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_export
from flowcase.cases.civil_time import span_of_days
from flowcase.cases.entities import DataClass
from flowcase.errors import Erased, Forbidden, InvalidValues, NotFound
from flowcase.events import ExportBegun, ExportMade
from flowcase.history.exports import FORMATS, Line, values_of
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.transactions import Transactions, request_id
from flowcase.store import Tx
from flowcase.store.queries import case_files, instances, people
from flowcase.store.queries import history as queries
from flowcase.store.queries.history import EventRow
from flowcase.store.tx import INSTALLATION
from flowcase.values import Value

_PAGE_EVENTS = 1_000
_PAGE_STREAMS = 200  # looked at by one transaction at the most, whether or not they hold anything
_PIECE_BYTES = 64 * 1024
_KEPT_INSTANCES = 5_000
_UNPACKED = 4  # bytes of a file for each that is stored
_CASE = "case:"  # how the stream of a case begins

PURPOSES = ("tilsyn", "revision", "procesanalyse", "aktindsigt", "klage", "andet")


@dataclass(frozen=True)
class Asked:
    """Which events; what is None leaves nothing out. Days are whole local days, both included."""

    case: str | None = None
    process: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    data_class: DataClass = DataClass.K0
    names_actors: bool = False  # ids of people instead of pseudonyms


@dataclass(frozen=True)
class Size:
    """How much an export may hold at the most, told before it begins."""

    events: int
    streams: int
    stored_bytes: int

    @property
    def megabytes(self) -> int:
        """Of a file, roughly: what is stored is compressed."""
        return max(1, round(self.stored_bytes * _UNPACKED / 1_000_000))


class Export:
    """A file on its way out, to be gone through once, piece by piece.

    Its last piece leaves when the history says that all of it did: whoever has the end of the file has the
    whole file. `events` and `sha256` are known then.
    """

    def __init__(self, pieces: Iterator[str], lines: _Lines, made: Callable[[int, str], None]) -> None:
        self._pieces, self._lines, self._made = pieces, lines, made
        self.events, self.sha256 = 0, ""

    def __iter__(self) -> Iterator[bytes]:
        digest, waiting = hashlib.sha256(), bytearray()
        for piece in self._pieces:
            waiting += piece.encode()
            if len(waiting) > 2 * _PIECE_BYTES:  # the end is kept back
                leaving, waiting = bytes(waiting[:_PIECE_BYTES]), waiting[_PIECE_BYTES:]
                digest.update(leaving)
                yield leaving
        digest.update(waiting)
        self.events, self.sha256 = self._lines.count, digest.hexdigest()
        self._made(self.events, self.sha256)
        yield bytes(waiting)


class Exports:
    """Many short transactions for each export: none is open while somebody receives."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def check(self, actor: Actor) -> None:
        """Raises Forbidden."""
        if not may_export(actor):
            raise Forbidden("export the history", "only auditors and the operator at the terminal may")

    def classes(self, actor: Actor) -> tuple[DataClass, ...]:
        """How confidential a file may be for this actor."""
        return confidentiality.choices(confidentiality.highest_exported(actor))

    def size(self, asked: Asked, *, actor: Actor) -> Size:
        """Counted from the outside of entries: what a process leaves out is counted too.

        Raises Forbidden, and NotFound for a case or a process that there is not.
        """
        self.check(actor)

        def work(tx: Tx) -> Size:
            since, until = span_of_days(asked.first, asked.last)
            return Size(*queries.size(tx, _stream(tx, asked), since=since, until=until))

        return self._transactions.read(work)

    def begin(self, format: str, asked: Asked, *, purpose: str = "andet", actor: Actor) -> Export:
        """The events in one of FORMATS, to be received piece by piece.

        That it began is in the history before the first piece, that it ended before the last one. Events
        whose key was destroyed are left out. Raises Forbidden, InvalidValues for a format or a purpose that
        there is not or a class above theirs, and NotFound for a case or a process.
        """
        self.check(actor)
        errors = {}
        if format not in FORMATS:
            errors["format"] = ["Vælg, hvilken slags fil det skal være."]
        if purpose not in PURPOSES:
            errors["formaal"] = ["Vælg, hvad filen skal bruges til."]
        if errors:
            raise InvalidValues("export", errors)
        confidentiality.check_class(asked.data_class, confidentiality.highest_exported(actor))
        lines = self._transactions.read(lambda tx: _lines(tx, self._transactions, self._definitions, asked))
        asked_for, of_request = {**_filter(format, asked), "purpose": purpose}, request_id.get()

        def begin(tx: Tx) -> str:
            id = tx.new_id()
            row = case_files.case(tx, asked.case) if asked.case is not None else None
            concerned = [] if row is None or row.erased_at is not None else [row.stream]  # erased meanwhile
            tx.append(INSTALLATION, ExportBegun(export=id, **asked_for), concerns=concerned)
            return id

        id = self._transactions.run(actor, begin)

        def made(events: int, sha256: str) -> None:
            event = ExportMade(export=id, events=events, sha256=sha256, **asked_for)
            before = request_id.set(of_request)  # the request that asked is over where this is sent
            try:
                self._transactions.run(actor, lambda tx: tx.append(INSTALLATION, event))
            finally:
                request_id.reset(before)

        return Export(FORMATS[format](lines), lines, made)


def _filter(format: str, asked: Asked) -> dict[str, Any]:
    return {
        "format": format,
        "case": asked.case,
        "process": asked.process,
        "first": asked.first,
        "last": asked.last,
        "data_class": asked.data_class.value,
        "names_actors": asked.names_actors,
    }


def _lines(tx: Tx, transactions: Transactions, definitions: Definitions, asked: Asked) -> _Lines:
    """What there is to export now. Raises NotFound."""
    return _Lines(transactions, definitions, asked, queries.lengths(tx, _stream(tx, asked)))


def _stream(tx: Tx, asked: Asked) -> str | None:
    """The one stream that is asked for, if any. Raises NotFound, and Erased for a case that is no more."""
    stream = None
    if asked.case is not None:
        row = case_access.existing(tx, asked.case)
        if row.erased_at is not None:
            raise Erased("case", asked.case)
        stream = row.stream
    if asked.process is not None and not instances.instances(tx, process=asked.process, limit=1):
        raise NotFound("process", asked.process)
    return stream


@dataclass(frozen=True)
class _Ran:
    """What lines say of an instance."""

    process: str
    definition: str


class _Lines:
    """The lines of an export, stream by stream; each time they are gone through they are read again.

    In memory are the names and lengths of the streams and one page of events.
    """

    def __init__(
        self,
        transactions: Transactions,
        definitions: Definitions,
        asked: Asked,
        lengths: Sequence[tuple[str, int]],
    ) -> None:
        self._transactions, self._definitions, self._asked = transactions, definitions, asked
        self._lengths = lengths
        self._since, self._until = span_of_days(asked.first, asked.last)
        self._ran: dict[str, _Ran | None] = {}
        self.count = 0  # of the lines, the last time

    def __iter__(self) -> Iterator[Line]:
        self.count = 0
        place: tuple[int, int] | None = (0, 0)
        while place is not None:
            lines, place = self._transactions.read(functools.partial(self._page, place=place))
            for line in lines:
                self.count += 1
                yield line

    def _page(self, tx: Tx, place: tuple[int, int]) -> tuple[list[Line], tuple[int, int] | None]:
        """The next lines, and where to go on: in which stream, behind which event."""
        (number, after), lines = place, []
        said, wanted, last = _Said(tx, self), _PAGE_EVENTS, place[0] + _PAGE_STREAMS
        while number < min(last, len(self._lengths)):
            stream, length = self._lengths[number]
            rows = queries.events(
                tx, stream, after=after, up_to=length, since=self._since, until=self._until, limit=wanted
            )
            lines += [said.line(row) for row in rows if row.event is not None and self._is_asked(tx, row)]
            wanted -= len(rows)
            if wanted <= 0:
                return lines, (number, rows[-1].seq)
            number, after = number + 1, 0
        return lines, (number, 0) if number < len(self._lengths) else None

    def _is_asked(self, tx: Tx, row: EventRow) -> bool:
        # What an instance writes about a case lies in the case's stream: every stream is looked through.
        if self._asked.process is None:
            return True
        ran = self.ran(tx, row.instance)
        return ran is not None and ran.process == self._asked.process

    def ran(self, tx: Tx, instance: str | None) -> _Ran | None:
        """The instance, looked up once while many of its events follow each other."""
        if instance is None:
            return None
        if instance not in self._ran:
            if len(self._ran) >= _KEPT_INSTANCES:
                self._ran.clear()
            row = instances.instance(tx, instance)
            self._ran[instance] = None if row is None else _Ran(row.process, row.definition)
        return self._ran[instance]

    def name(self, tx: Tx, definition: str, element: str) -> str:
        drawn = self._definitions.process(tx, definition).elements.get(element)
        return "" if drawn is None else drawn.name or ""

    @property
    def data_class(self) -> DataClass:
        return self._asked.data_class

    @property
    def names_actors(self) -> bool:
        return self._asked.names_actors


class _Said:
    """Lines of one page, with what instances, elements and people are called."""

    def __init__(self, tx: Tx, lines: _Lines) -> None:
        self._tx, self._lines = tx, lines
        self._people = frozenset(row.id for row in people.people(tx, only_active=False))
        self._pseudonym: Callable[[str], str] = functools.lru_cache(_PAGE_EVENTS)(
            lambda id: f"person-{tx.digest('export', id).hex()[:12]}"
        )

    def line(self, row: EventRow) -> Line:
        assert row.event is not None
        ran = self._lines.ran(self._tx, row.instance)
        element = row.element or getattr(row.event, "element", None)
        return Line(
            stream=row.stream,
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            actor=self._who(row.actor),
            case=row.stream.removeprefix(_CASE) if row.stream.startswith(_CASE) else None,
            process=None if ran is None else ran.process,
            instance=row.instance,
            element=element,
            element_name=""
            if ran is None or element is None
            else self._lines.name(self._tx, ran.definition, element),
            values=values_of(row.event, self._lines.data_class, self._disguised),
        )

    def _who(self, actor: str) -> str:
        return actor if self._lines.names_actors or actor == SYSTEM.id else self._pseudonym(actor)

    def _disguised(self, value: Value) -> Value:
        """People of the house get the same pseudonym wherever a value is their id."""
        if self._lines.names_actors:
            return value
        if isinstance(value, str):
            return self._pseudonym(value) if value in self._people else value
        if isinstance(value, list):
            return [self._disguised(inner) for inner in value]
        if isinstance(value, dict):
            return {name: self._disguised(inner) for name, inner in value.items()}
        return value

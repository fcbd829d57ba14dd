"""Searching the history of everything: for auditors, a page at a time; each search is an event itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from flowcase.access.actor import Actor
from flowcase.access.events import HistorySearched
from flowcase.access.permissions import may_search_history
from flowcase.cases.civil_time import span_of_days
from flowcase.cases.entities import DataClass
from flowcase.errors import Forbidden
from flowcase.history.exports import Line, values_of
from flowcase.history.exports.line import withheld
from flowcase.history.story import Recorded, has_sentence, tell
from flowcase.services.auditing.history import Names
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import case_access
from flowcase.services.entitled.confidentiality import TOLD_TO_WHO_AUDITS
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import case_files
from flowcase.store.queries.history import EventRow, Narrowed, Place, newest

MOST_LOOKED_THROUGH = 5000  # entries for one page: a filter that fits little must not hold up everybody
_CHUNK = 200


@dataclass(frozen=True)
class Asked:
    """Which events; what is None leaves nothing out. Days are whole local days, both included."""

    case: str | None = None
    instance: str | None = None
    process: str | None = None
    kind: str | None = None
    actor: str | None = None
    rule: str | None = None
    element: str | None = None
    request: str | None = None  # what one click, one call, one batch or one move of instances led to
    first: dt.date | None = None
    last: dt.date | None = None

    def said(self) -> dict[str, str]:
        """What was asked for, as it is written down."""
        given = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: str(value) for name, value in given if value is not None}


@dataclass(frozen=True)
class Found:
    """A page, the newest first; `following` is None when there is no more."""

    lines: list[Line]
    following: Place | None
    told: Mapping[str, str] = dataclasses.field(default_factory=dict)  # sentence of a line, by its id
    requests: Mapping[str, str] = dataclasses.field(default_factory=dict)  # that led to a line, by its id


@dataclass(frozen=True)
class Telling:
    """How what is found is told in sentences."""

    language: str
    cause: Callable[[str], str] = str  # why an instance stands still, in that language
    operators_reasons: bool = False


class HistorySearch:
    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def page(
        self,
        asked: Asked,
        *,
        purpose: str = "",
        actor: Actor,
        after: Place | None = None,
        limit: int = 50,
        page: str,
        telling: Telling | None = None,
    ) -> Found:
        """Events with their values of class K0, and with their sentences where `telling` is given.

        With a purpose the sentences say why operators did what they did; anybody else's reasons stay out.

        An erased stream's events are left out. A page may hold fewer than `limit` and still have one behind
        it. Raises Forbidden, and NotFound for a case that there is not.
        """
        if not may_search_history(actor):
            raise Forbidden("search the history", "only auditors and the operator at the terminal may")
        if telling is not None:
            telling = dataclasses.replace(telling, operators_reasons=bool(purpose))
        found = self._transactions.read(lambda tx: self._found(tx, asked, after, limit, telling))
        self._transactions.run(actor, lambda tx: _remember(tx, asked, page, purpose))
        return found

    def _found(self, tx: Tx, asked: Asked, after: Place | None, limit: int, telling: Telling | None) -> Found:
        names = Names(tx, self._definitions)
        streams = None
        if asked.case is not None:
            streams = [case_access.existing(tx, asked.case).stream]
        wanted = Narrowed(
            streams,
            asked.actor,
            asked.kind,
            asked.instance,
            *span_of_days(asked.first, asked.last),
        )
        lines: list[Line] = []
        told: dict[str, str] = {}
        requests: dict[str, str] = {}
        place, looked = after, 0
        while True:
            entries = newest(tx, wanted, after=place, limit=_CHUNK)
            for at, rows in entries:
                if len(lines) >= limit or looked >= MOST_LOOKED_THROUGH:
                    return Found(lines, place, told, requests)
                for each in reversed(rows):
                    for line in self._line(tx, each, asked, names):
                        lines.append(line)
                        requests[line.id] = each.request_id
                        if telling is not None:
                            told[line.id] = _told(each, names, telling)
                place, looked = at, looked + 1
            if len(entries) < _CHUNK:
                return Found(lines, None, told, requests)

    def _line(self, tx: Tx, row: EventRow, asked: Asked, names: Names) -> Iterator[Line]:
        if row.event is None or (asked.kind is not None and row.kind != asked.kind):
            return
        if asked.instance is not None and row.instance != asked.instance:
            return
        if asked.request is not None and row.request_id != asked.request:
            return
        process = names.process_id(row.instance)
        if asked.process is not None and process != asked.process:
            return
        element = row.element or getattr(row.event, "element", None)
        if asked.element is not None and element != asked.element:
            return
        if asked.rule is not None and asked.rule not in _rules(row.event, names):
            return
        kind, _, code = row.stream.partition(":")
        yield Line(
            stream=row.stream,
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            case=code if kind == "case" else None,
            process=process or None,
            instance=row.instance,
            element=element,
            element_name=names.element(row.instance, element) if element else "",
            values=values_of(row.event, DataClass.K0, lambda value: value),
        )


def _told(row: EventRow, names: Names, telling: Telling) -> str:
    """Its sentence and what came of it, without what is more confidential than class K0.

    Empty where it has none.
    """
    if row.event is None or not has_sentence(row.event):
        return ""
    is_whole = telling.operators_reasons and isinstance(row.event, TOLD_TO_WHO_AUDITS)
    event = row.event if is_whole else withheld(row.event, DataClass.K0)
    recorded = Recorded(row.at, row.actor, event, row.instance)
    lines = tell([recorded], names, language=telling.language, everything=True, cause=telling.cause)
    return " ".join(line.text for line in lines)


def _rules(event: object, names: Names) -> set[str]:
    """The rules that an event says it follows."""
    found = {rule for rule in (getattr(event, "rule", None), getattr(event, "decision", None)) if rule}
    found |= set(getattr(event, "rules", ()) or ())
    deadline = getattr(event, "deadline", None)
    return found | ({names.rule(deadline)} if deadline else set())


def remember(tx: Tx, *, page: str, purpose: str, asked: Asked, streams: Iterable[str] = ()) -> None:
    """That somebody looked through the history; `streams` are those that get a reference to it."""
    tx.append(
        INSTALLATION,
        HistorySearched(page=page, case=asked.case, asked=asked.said(), purpose=purpose),
        concerns=[each for each in streams if not tx.is_erased(each)],
    )


def _remember(tx: Tx, asked: Asked, page: str, purpose: str) -> None:
    row = case_files.case(tx, asked.case) if asked.case is not None else None
    streams = [] if row is None or row.erased_at is not None else [row.stream]
    remember(tx, page=page, purpose=purpose, asked=asked, streams=streams)

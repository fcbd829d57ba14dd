"""What an auditor asks of one case: who looked, which tables decided what, whether flows went as drawn."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.groups import NAMES as GROUPS
from flowcase.cases.entities import DataClass
from flowcase.cases.events import CaseFactSet, CaseOpened
from flowcase.dmn.table import TableBox
from flowcase.errors import Erased, NotFound
from flowcase.events import UserTaskClaimed, UserTaskDelegated, UserTaskGivenBack, UserTaskHandedOver
from flowcase.history.answers import SETTINGS, row_numbers
from flowcase.model import UserTaskCompleted, UserTaskCreated
from flowcase.modeling.read_dmn import read_dmn
from flowcase.modeling.table_labels import TableLabels
from flowcase.services.case_files.time_travel import events_of
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, history, resources
from flowcase.store.queries.history import EventRow

# What a person, a case, a record or a code is called: never a word that a name could be.
_ID = re.compile(r"(?:SAG|U|S)-[0-9]+|(?=[a-z0-9]*[0-9._:-])[a-z0-9]+(?:[._:-][a-z0-9]+)*")
_MOST_EVENTS = 2**62  # of a stream; what is counted beyond has no place in a database
_CASEWORKER = "sagsbehandler"
_GIVING_WORK = tuple(
    each.__name__
    for each in (
        *(CaseOpened, CaseFactSet, UserTaskCreated, UserTaskCompleted),
        *(UserTaskClaimed, UserTaskHandedOver, UserTaskDelegated, UserTaskGivenBack),
    )
)
_LOOKS = ("CaseRead", "CaseOpenedInEmergency", "ReferenceRecorded")


@dataclass(frozen=True)
class Look:
    """Somebody looked at the case, or took something of it away."""

    at: dt.datetime
    who: str
    page: str  # case, user_task, diagram, history, concern, document, or what was asked for elsewhere


@dataclass(frozen=True)
class Looker:
    """All looks of one person."""

    who: str
    count: int
    first: dt.datetime
    last: dt.datetime
    pages: Mapping[str, int]
    has_had_work: bool  # was ever its caseworker, or was given or did a user task of it


@dataclass(frozen=True)
class DecisionLine:
    """A table that was asked, in a list."""

    stream: str
    seq: int
    at: dt.datetime
    who: str
    decision: str
    name: str
    rows: Sequence[str]  # numbers of those that hit
    element: str


@dataclass(frozen=True)
class TableRow:
    id: str
    cells: Sequence[str]
    has_matched: bool


@dataclass(frozen=True)
class DecisionRecord:
    """One evaluation with the table as it was; values that this reader may not see are None."""

    line: DecisionLine
    inputs: Sequence[tuple[str, Any, bool]]  # (name, value, whether it is shown)
    result: Any
    is_result_shown: bool
    rule_set: str
    resource: str  # SHA-256 of the file
    path: str
    hit_policy: str
    columns: Sequence[str]
    rows: Sequence[TableRow]
    labels: TableLabels | None  # of its columns


class CaseAudit:
    """One transaction per method. All raise NotFound, Erased, and Forbidden for who may not see the case."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def looks(self, case: str, *, actor: Actor) -> tuple[list[Looker], list[Look]]:
        """Who looked at the case: by person, the one who looked last first; and each look, newest first."""

        def work(tx: Tx) -> tuple[list[Looker], list[Look]]:
            row = _seen(tx, case, actor)
            found = [
                Look(each.at, each.actor, _page(tx, each))
                for each in history.events(tx, row.stream, kinds=_LOOKS)
                if each.event is not None
            ]
            looks = [each for each in reversed(found) if each.page]
            by_person: dict[str, list[Look]] = {}
            for look in looks:
                by_person.setdefault(look.who, []).append(look)
            workers, lookers = _workers(tx, row), []
            for who, theirs in by_person.items():
                pages: dict[str, int] = {}
                for look in theirs:
                    pages[look.page] = pages.get(look.page, 0) + 1
                lookers.append(Looker(who, len(theirs), theirs[-1].at, theirs[0].at, pages, who in workers))
            return lookers, looks

        return self._transactions.read(work)

    def decisions(self, case: str, *, actor: Actor) -> list[DecisionLine]:
        """Every table that was asked about the case, newest first."""

        def work(tx: Tx) -> list[DecisionLine]:
            row = _seen(tx, case, actor)
            rows = [each for each in events_of(tx, row) if each.kind == "DecisionEvaluated"]
            return [_line(each) for each in reversed(rows) if each.event is not None]

        return self._transactions.read(work)

    def decision(self, case: str, stream: str, seq: int, *, actor: Actor) -> DecisionRecord:
        """One of them with the table as it was then."""

        def work(tx: Tx) -> DecisionRecord:
            row = _seen(tx, case, actor)
            streams = {row.stream, *(f"notification:{id}" for id in row.facts.get("underretninger") or ())}
            is_there = stream in streams and 0 < seq < _MOST_EVENTS
            found = history.events(tx, stream, after=seq - 1, limit=1) if is_there else []
            if not found or found[0].seq != seq or found[0].kind != "DecisionEvaluated":
                raise NotFound("decision record", f"{stream}#{seq}")
            event: Any = found[0].event
            labels = (
                self._definitions.table_labels(tx, event.resource, event.decision) if event.resource else None
            )
            return _record(tx, found[0], confidentiality.highest_seen(actor, row) is DataClass.K2, labels)

        return self._transactions.read(work)


def _seen(tx: Tx, case: str, actor: Actor) -> case_files.CaseRow:
    row = case_access.seen(tx, case, actor)
    if row.erased_at is not None:
        raise Erased("case", case)
    return row


def _workers(tx: Tx, row: case_files.CaseRow) -> set[str]:
    """Who was ever the case's caseworker, or was given or did one of its user tasks, as the history tells."""
    streams = [row.stream, *(f"notification:{id}" for id in row.facts.get("underretninger") or ())]
    found: set[str | None] = set()
    for stream in streams:
        for each in () if tx.is_erased(stream) else history.events(tx, stream, kinds=_GIVING_WORK):
            event: Any = each.event
            match event:
                case CaseOpened():
                    found.add(event.facts.get(_CASEWORKER))
                case CaseFactSet() if event.name == _CASEWORKER:
                    found.add(event.value)
                case UserTaskCompleted():
                    found.add(each.actor)
                case UserTaskGivenBack():
                    found.add(event.owner)
                case _:
                    found.add(getattr(event, "assignee", None))
    return {each for each in found if each}


def _page(tx: Tx, row: EventRow) -> str:
    """What was looked at; empty for what is no look."""
    event: Any = row.event
    if row.kind == "CaseRead":
        return str(event.page)
    if row.kind == "CaseOpenedInEmergency":
        return "emergency"
    return {"ExportBegun": "export", "ExportMade": "export", "HistorySearched": "search"}.get(event.kind, "")


def _line(row: EventRow) -> DecisionLine:
    event: Any = row.event
    name = event.record.get("decision_name") if isinstance(event.record, dict) else None
    return DecisionLine(
        row.stream,
        row.seq,
        row.at,
        row.actor,
        event.decision,
        name or event.decision,
        row_numbers(event),
        row.element or "",
    )


def _is_shown(value: Any, written: str) -> bool:
    """Whether a value tells nothing but numbers, times, ids, and what is written in the table itself."""
    if isinstance(value, (list, tuple)):
        return all(_is_shown(each, written) for each in value)
    if isinstance(value, dict):
        return all(_is_shown(each, written) for each in value.values())
    if isinstance(value, str):
        return value in GROUPS or _ID.fullmatch(value) is not None or f'"{value}"' in written
    return value is None or isinstance(value, (bool, int, Decimal, dt.date, dt.time, dt.timedelta))


def _record(tx: Tx, row: EventRow, is_close: bool, labels: TableLabels | None) -> DecisionRecord:
    event: Any = row.event
    asked = event.record.get("inputs", {}) if isinstance(event.record, dict) else {}
    columns: list[str] = []
    rows: list[TableRow] = []
    hit_policy = path = ""
    content = resources.content(tx, event.resource) if event.resource else None
    if content is not None:
        path = resources.path_of(tx, event.resource) or "tabel.dmn"
        decision = read_dmn(content, path).decisions.get(event.decision)
        if decision is not None and isinstance(table := decision.logic, TableBox):
            hit_policy = str(table.hit_policy)
            columns = [each.label or each.text for each in table.inputs]
            heads = {} if labels is None else labels.outputs
            columns += [heads.get(each.name) or each.name or decision.name for each in table.outputs]
            matched = set(event.rules)
            rows = [
                TableRow(each.id, (*each.cells, *each.output_texts), each.id in matched)
                for each in table.rules
            ]
    written = "\n".join(cell for each in rows for cell in each.cells)
    inputs = [
        (name, value if shown else None, shown)
        for name, value in asked.items()
        if name != SETTINGS
        for shown in (is_close or _is_shown(value, written),)
    ]
    shown = is_close or _is_shown(event.result, written)
    return DecisionRecord(
        _line(row),
        inputs,
        event.result if shown else None,
        shown,
        event.rule_set or "",
        event.resource or "",
        path,
        hit_policy,
        columns,
        rows,
        labels,
    )

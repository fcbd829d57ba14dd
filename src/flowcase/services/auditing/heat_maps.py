"""Where flows wait: how often each element was reached in a period, how long it took, what was late.

Shared by auditors and process owners: counts and durations by element, and nothing of any case.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_audit, may_edit_processes, may_operate
from flowcase.cases.civil_time import local_date
from flowcase.errors import Forbidden, NotFound
from flowcase.services.definitions import Definitions
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import history, instances, resources, user_tasks
from flowcase.store.queries.history import EventRow
from flowcase.store.queries.resources import ProcessDefinitionRow

MOST_INSTANCES = 500  # the newest: a map is an overview, and histories are opened one by one
LEVELS = 4  # each has a colour in the style sheet
_LEFT = ("ElementCompleted", "ElementCancelled")


@dataclass
class Heat:
    """One element in the period."""

    element: str
    name: str
    entered: int = 0
    waiting: int = 0  # entered, and not left yet
    overdue: int = 0  # user tasks that were done after their due date, or are late now
    durations: list[float] = field(default_factory=list)  # seconds of those that were left

    @property
    def median(self) -> dt.timedelta | None:
        return dt.timedelta(seconds=statistics.median(self.durations)) if self.durations else None

    @property
    def longest(self) -> dt.timedelta | None:
        return dt.timedelta(seconds=max(self.durations)) if self.durations else None


class Measure(StrEnum):
    """What the colours of a map tell."""

    ENTERED = "entered"
    WAITING = "waiting"
    TIME = "time"  # the median of those that were left
    OVERDUE = "overdue"

    def of(self, heat: Heat) -> float:
        if self is Measure.TIME:
            return heat.median.total_seconds() if heat.median else 0
        return float({"entered": heat.entered, "waiting": heat.waiting, "overdue": heat.overdue}[self])


def levels(heats: Iterable[Heat], measure: Measure) -> dict[str, int]:
    """By element 1 to LEVELS, the most being the last one; those without any are left out."""
    found = {heat.element: measure.of(heat) for heat in heats}
    most = max(found.values(), default=0)
    return {element: math.ceil(value * LEVELS / most) for element, value in found.items() if value > 0}


@dataclass(frozen=True)
class HeatMap:
    definition: ProcessDefinitionRow
    versions: Sequence[int]  # newest first
    source: bytes
    heats: Sequence[Heat]  # the most often reached first
    instances: int  # that were looked at
    is_whole: bool  # whether there are no older ones


class HeatMaps:
    """Raises Forbidden for who neither audits, owns processes nor operates them."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def processes(self, *, actor: Actor) -> list[ProcessDefinitionRow]:
        """The newest version of each process, by name."""
        _check(actor)
        rows = self._transactions.read(resources.definitions)
        newest: dict[str, ProcessDefinitionRow] = {}
        for row in rows:
            if row.process not in newest or row.version > newest[row.process].version:
                newest[row.process] = row
        return sorted(newest.values(), key=lambda row: row.name.casefold())

    def of_process(
        self,
        process: str,
        version: int | None,
        first: dt.date | None,
        last: dt.date | None,
        *,
        actor: Actor,
    ) -> HeatMap:
        """Days are local days on which elements were reached, both included. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> HeatMap:
            rows = resources.definitions(tx, process=process)
            row = next((each for each in rows if version in (None, each.version)), None)
            source = None if row is None else resources.content(tx, row.hash)
            if row is None or source is None:
                raise NotFound("version of process", f"{process} {version or ''}".strip())
            ran = instances.instances(tx, definition=row.id, limit=MOST_INSTANCES + 1)
            heats = self._heats(tx, row.id, [each.id for each in ran[:MOST_INSTANCES]], first, last)
            return HeatMap(
                row,
                [each.version for each in rows],
                source,
                heats,
                min(len(ran), MOST_INSTANCES),
                len(ran) <= MOST_INSTANCES,
            )

        return self._transactions.read(work)

    def _heats(
        self, tx: Tx, definition: str, ran: Iterable[str], first: dt.date | None, last: dt.date | None
    ) -> list[Heat]:
        drawn = self._definitions.process(tx, definition).elements
        heats = {id: Heat(id, each.name or id) for id, each in drawn.items()}
        for id in ran:
            passed = history.events_of_instance(tx, id, kinds=["ElementEntered", *_LEFT])
            _count(passed, heats, lambda at: _is_within(at, first, last))
        for task in user_tasks.of_definition(tx, definition):
            end = task.ended_at or tx.now
            late = task.due_at is not None and end > task.due_at
            if late and task.element in heats and _is_within(task.created_at, first, last):
                heats[task.element].overdue += 1
        reached = [heat for heat in heats.values() if heat.entered]
        return sorted(reached, key=lambda heat: (-heat.entered, heat.name.casefold(), heat.element))


def _count(
    passed: Iterable[EventRow], heats: dict[str, Heat], is_asked: Callable[[dt.datetime], bool]
) -> None:
    """Pair what was entered with when it was left."""
    begun: dict[str, EventRow] = {}
    for row in passed:
        element_instance = getattr(row.event, "element_instance", None)
        if element_instance is None or row.element not in heats:
            continue
        if row.kind == "ElementEntered":
            if is_asked(row.at):
                begun[element_instance] = row
                heats[row.element].entered += 1
                heats[row.element].waiting += 1
        elif element_instance in begun:
            entered = begun.pop(element_instance)
            heats[row.element].waiting -= 1
            heats[row.element].durations.append((row.at - entered.at).total_seconds())


def _is_within(at: dt.datetime, first: dt.date | None, last: dt.date | None) -> bool:
    day = local_date(at)
    return (first is None or day >= first) and (last is None or day <= last)


def _check(actor: Actor) -> None:
    if not (may_audit(actor) or may_edit_processes(actor) or may_operate(actor)):
        raise Forbidden("see where flows wait", "only auditors, process owners and operators may")

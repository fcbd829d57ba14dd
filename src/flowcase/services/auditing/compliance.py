"""For auditors, over everything: were deadlines kept, did flows go as drawn, which version ran where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_audit
from flowcase.cases.civil_time import local_date
from flowcase.cases.events import DeadlineMoved
from flowcase.errors import Forbidden, NotFound
from flowcase.history.conformance import Deviation, Drawn, deviations
from flowcase.services.auditing.history_search import Asked, remember
from flowcase.services.definitions import Definitions
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import deadlines, history, instances, resources, reviews
from flowcase.store.queries.deadlines import DeadlineRow
from flowcase.store.queries.instances import InstanceRow
from flowcase.store.queries.resources import DeploymentRow, ProcessDefinitionRow
from flowcase.store.queries.reviews import ReviewRow


@dataclass
class RuleKept:
    """How the deadlines of one rule that fell due in a period were kept."""

    rule: str
    in_time: int = 0
    late: int = 0  # met, but too late
    missed: int = 0  # breached, and still not met
    running: int = 0
    lapsed: int = 0

    @property
    def counted(self) -> int:
        return self.in_time + self.late + self.missed

    @property
    def share(self) -> float | None:
        """Of those that were due, how many in a hundred were kept."""
        return 100 * self.in_time / self.counted if self.counted else None


@dataclass(frozen=True)
class Late:
    """A deadline that was not kept, with who moved it. Why they did is of class K2, and stays out."""

    row: DeadlineRow
    moves: Sequence[tuple[dt.datetime, str]] = ()  # when, and who


@dataclass(frozen=True)
class Strayed:
    """An instance that did not go as it is drawn."""

    instance: InstanceRow
    name: str
    names: dict[str, str]  # element -> what the diagram calls it
    deviations: Sequence[Deviation]


@dataclass(frozen=True)
class VersionInUse:
    row: ProcessDefinitionRow
    cases: Sequence[str]  # codes
    running: int
    ended: int
    brought_by: DeploymentRow | None = None
    review: ReviewRow | None = None  # by which a second person let it into force


Place = tuple[dt.datetime, str]  # when an instance began, and its id


@dataclass(frozen=True)
class LookedThrough:
    """Some instances against their diagrams."""

    rows: list[Strayed]
    looked: int
    following: Place | None  # behind which the older ones are


class Compliance:
    """One transaction per method, one more where reasons are told. Forbidden for who is no auditor."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def check(self, actor: Actor) -> None:
        """Raises Forbidden for who is no auditor."""
        _check(actor)

    def rules(self, first: dt.date | None, last: dt.date | None, *, actor: Actor) -> list[RuleKept]:
        """By rule; days are local days on which deadlines fall due, both included."""
        _check(actor)

        def work(tx: Tx) -> list[RuleKept]:
            found: dict[str, RuleKept] = {}
            for row in _due_between(tx, first, last):
                kept = found.setdefault(row.rule, RuleKept(row.rule))
                name = _how(row)
                setattr(kept, name, getattr(kept, name) + 1)
            return sorted(found.values(), key=lambda each: each.rule)

        return self._transactions.read(work)

    def late(
        self, rule: str, first: dt.date | None, last: dt.date | None, *, actor: Actor
    ) -> list[Late] | None:
        """The ones of a rule that were not kept, the latest due first; None when none had to be."""
        _check(actor)

        def work(tx: Tx) -> list[Late] | None:
            rows = [each for each in _due_between(tx, first, last) if each.rule == rule]
            if all(_how(each) in ("running", "lapsed") for each in rows):
                return None
            missed = [each for each in rows if _how(each) in ("late", "missed")]
            return [Late(each, _moves(tx, each)) for each in sorted(missed, key=_due, reverse=True)]

        return self._transactions.read(work)

    def strayed(
        self, *, purpose: str = "", actor: Actor, after: Place | None = None, limit: int = 200
    ) -> LookedThrough:
        """Instances that went otherwise than drawn, among the newest of those behind `after`.

        With a purpose it is told why operators stepped in, and the history says that it was.
        """
        _check(actor)

        def work(tx: Tx) -> LookedThrough:
            rows = instances.instances(tx, after=after, limit=limit + 1)
            looked = [each for row in rows[:limit] for each in self._replayed(tx, row)]
            last = rows[limit - 1] if len(rows) > limit else None
            return LookedThrough(
                [each for each in looked if each.deviations],
                len(looked),
                None if last is None else (last.started_at, last.id),
            )

        found = self._transactions.read(work)
        return replace(found, rows=self._told(found.rows, Asked(), purpose, actor))

    def of_instance(self, id: str, *, purpose: str = "", actor: Actor) -> Strayed:
        """One instance against its diagram; a purpose is for what it is there. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> Strayed:
            row = instances.instance(tx, id)
            found = [] if row is None else self._replayed(tx, row)
            if not found:
                raise NotFound("process instance", id)
            return found[0]

        row = self._transactions.read(work)
        [told] = self._told([row], Asked(case=row.instance.case_code, instance=id), purpose, actor)
        return told

    def versions(self, process: str, *, actor: Actor) -> list[VersionInUse]:
        """Every version of a process with the cases that ran under it, newest first. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> list[VersionInUse]:
            rows = resources.definitions(tx, process=process)
            if not rows:
                raise NotFound("process", process)
            found, signed = [], reviews.by_deployment(tx, rows[0].path)
            for row in rows:
                ran = instances.instances(tx, definition=row.id, limit=None)
                cases = sorted({each.case_code for each in ran if each.case_code})
                running = sum(each.ended_at is None for each in ran)
                found.append(
                    VersionInUse(
                        row,
                        cases,
                        running,
                        len(ran) - running,
                        resources.deployment(tx, row.deployment),
                        signed.get(row.deployment),
                    )
                )
            return found

        return self._transactions.read(work)

    def _told(self, rows: list[Strayed], asked: Asked, purpose: str, actor: Actor) -> list[Strayed]:
        """With the reasons that operators gave, which is remembered, or without them where nobody asks."""
        if not purpose:
            return [_without_reasons(each) for each in rows]
        streams = sorted({row.instance.stream for row in rows if any(each.reason for each in row.deviations)})

        def work(tx: Tx) -> None:
            remember(tx, page="flows", purpose=purpose, asked=asked, streams=streams)

        self._transactions.run(actor, work)
        return rows

    def _replayed(self, tx: Tx, row: InstanceRow) -> list[Strayed]:
        """Nothing for an instance whose history was erased."""
        if tx.is_erased(row.stream):
            return []
        drawn = self._definitions.process(tx, row.definition)

        def drawn_in(definition: str) -> Drawn:
            version = self._definitions.process(tx, definition)
            return version.elements, {id: flow.target for id, flow in version.flows.items()}

        found = deviations(history.events_of_instance(tx, row.id), drawn_in, row.definition)
        names = {id: each.name or id for id, each in drawn.elements.items()}
        return [Strayed(row, drawn.name, names, found)]


def _check(actor: Actor) -> None:
    if not may_audit(actor):
        raise Forbidden("see the auditors' pages", "only auditors may")


def _how(row: DeadlineRow) -> str:
    """The counter of RuleKept that a deadline counts in."""
    if row.status == "cancelled":
        return "lapsed"
    if row.status == "breached":
        return "missed"
    if row.status == "open":
        return "running"
    return "late" if (row.seconds_late or 0) > 0 else "in_time"


def _due(row: DeadlineRow) -> dt.datetime:
    return row.due_at


def _due_between(tx: Tx, first: dt.date | None, last: dt.date | None) -> Iterable[DeadlineRow]:
    for row in deadlines.deadlines(tx):
        day = local_date(row.due_at)
        if (first is None or day >= first) and (last is None or day <= last):
            yield row


def _moves(tx: Tx, row: DeadlineRow) -> list[tuple[dt.datetime, str]]:
    if tx.is_erased(row.stream):
        return []
    return [
        (each.at, each.actor)
        for each in history.events(tx, row.stream, kinds=["DeadlineMoved"])
        if isinstance(each.event, DeadlineMoved) and each.event.deadline == row.id
    ]


def _without_reasons(row: Strayed) -> Strayed:
    told = [replace(each, reason=None if each.reason else "") for each in row.deviations]
    return replace(row, deviations=told)

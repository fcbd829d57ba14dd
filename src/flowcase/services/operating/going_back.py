"""An operator puts an instance back to the moment before a user task was completed, after a preview.

What others were told or have done meanwhile is not undone: it is listed first. Where something was asked
for then that has ended since (a job, a decision, a called process), going back would ask again, so it is
refused.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from flowcase import engine, events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound
from flowcase.services.operating.interventions import check_operator, check_reason
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import history, instances, snapshots
from flowcase.store.queries.instances import InstanceRow

# What an event says that is not undone; everything else of the engine is, or changes nothing outside.
_LASTING = {
    "HandlerRan", "JobCompleted", "MessagePublished", "SignalBroadcast", "EscalationThrown", "CallRequested",
}  # fmt: skip


@dataclass(frozen=True)
class EarlierStep:
    """A user task that was completed, and to before which one can go back."""

    element_instance: str
    element: str
    name: str
    completed_at: dt.datetime
    completed_by: str


@dataclass(frozen=True)
class Lasting:
    """Something that stays done: what kind of event told it, where, and how often."""

    kind: str
    element: str
    name: str
    count: int


@dataclass(frozen=True)
class Return:
    """What going back would do, or did; elements by the names that the diagram gives them."""

    instance: str
    process: str
    to: EarlierStep
    opens: tuple[str, ...]
    cancels: tuple[str, ...]
    keeps: tuple[str, ...]
    timers: tuple[tuple[str, dt.datetime], ...]  # run again; those in the past fire at once
    variables: tuple[str, ...]  # get back the values that they had
    lasting: tuple[Lasting, ...]  # stays done
    obstacles: tuple[str, ...]  # why it is refused; empty when it is possible
    blocked: tuple[str, ...]  # the elements that are the reason


class GoingBack:
    """One transaction per method. All raise NotFound, and Forbidden for who is no operator."""

    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    def steps(self, id: str, *, actor: Actor) -> list[EarlierStep]:
        """The user tasks that one can go back to, the last one first."""

        def work(tx: Tx) -> list[EarlierStep]:
            row = _allowed(tx, id, actor)
            return [step for step, _, _ in self._steps(tx, row)]

        return self._transactions.read(work)

    def preview(self, id: str, to: str, *, actor: Actor) -> Return:
        """What would happen; `to` is the element instance of a completed user task."""

        def work(tx: Tx) -> Return:
            row = _allowed(tx, id, actor)
            content = instances.state(tx, id)
            return self._planned(tx, row, content, to)[0]

        return self._transactions.read(work)

    def go_back(self, id: str, to: str, *, reason: str, actor: Actor) -> Return:
        """Do what the preview says. Raises Refused without a reason, and Conflict where it is impossible."""

        def work(tx: Tx) -> Return:
            row = _allowed(tx, id, actor)
            instance: LockedInstance = tx.lock(id)
            planned, earlier = self._planned(tx, row, instance.state, to)
            if planned.obstacles:
                raise Conflict(f"go back in process instance '{id}'", "; ".join(planned.obstacles))
            why = events.InterventionMade(act="go_back", reason=reason.strip())
            tx.append(instance.stream, why, instance=instance, element=planned.to.element)
            self._advancing.carry_on(tx, instance, model.GoBack(earlier=earlier))
            return planned

        check_reason(reason, f"go back in process instance '{id}'")
        return self._transactions.run(actor, work)

    # --- inside ------------------------------------------------------------------------------------

    def _steps(self, tx: Tx, row: InstanceRow) -> list[tuple[EarlierStep, bytes, int]]:
        """Each with the state before it and the number of its event in the history."""
        definition = self._advancing.definitions.process(tx, row.definition)
        done = history.events_of_instance(tx, row.id, kinds=["UserTaskCompleted"])
        found = {
            each.event.element_instance: each
            for each in done
            if isinstance(each.event, model.UserTaskCompleted)
        }
        steps: dict[str, tuple[EarlierStep, bytes, int]] = {}
        for content in snapshots.snapshots(tx, row.id, row.stream, after=row.migrated_version):
            state = engine.State.from_bytes(content, definition)
            for position in state.waiting():
                key = position.element_instance
                if key in found and key not in steps:  # the newest state in which it waited
                    told = found[key]
                    name = definition.elements[position.element].name or position.element
                    step = EarlierStep(key, position.element, name, told.at, told.actor)
                    steps[key] = (step, content, told.seq)
        return sorted(steps.values(), key=lambda each: -each[2])

    def _was_moved_since(self, tx: Tx, row: InstanceRow, to: str) -> bool:
        """Whether the step is only out of reach because its states are of another version."""
        if row.migrated_version is None:
            return False
        done = history.events_of_instance(tx, row.id, kinds=["UserTaskCompleted"])
        return any(getattr(each.event, "element_instance", None) == to for each in done)

    def _planned(self, tx: Tx, row: InstanceRow, present: bytes | None, to: str) -> tuple[Return, bytes]:
        if row.status != model.InstanceStatus.ACTIVE or present is None:
            raise Conflict(f"go back in process instance '{row.id}'", f"it is {row.status}")
        step, content, seq = next(
            (each for each in self._steps(tx, row) if each[0].element_instance == to), (None, b"", 0)
        )
        if step is None and self._was_moved_since(tx, row, to):
            raise Conflict(
                f"go back in process instance '{row.id}'", "it was moved to another version since that step"
            )
        if step is None:
            raise NotFound("earlier step", to)
        definition = self._advancing.definitions.process(tx, row.definition)
        way = engine.way_back(
            engine.State.from_bytes(present, definition), engine.State.from_bytes(content, definition)
        )

        def names(elements: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(definition.elements[each].name or each for each in elements))

        lasting = Counter(
            (event.kind, event.element or "")
            for event in history.events(tx, row.stream, after=seq, instance=row.id)
            if event.kind in _LASTING or type(event.event).__module__ == "flowcase.cases.events"
        )
        obstacles = [f"'{name}' stood still with an incident then" for name in names(way.stuck)]
        obstacles += [f"'{name}' has ended since and would be asked again" for name in names(way.done_since)]
        return (
            Return(
                instance=row.id,
                process=definition.name,
                to=step,
                opens=names(way.opens),
                cancels=names(way.cancels),
                keeps=names(way.keeps),
                timers=tuple(
                    (definition.elements[each.element].name or each.element, each.due_at)
                    for each in way.timers
                ),
                variables=way.variables,
                lasting=tuple(
                    Lasting(
                        kind, element, names((element,))[0] if element in definition.elements else "", count
                    )
                    for (kind, element), count in lasting.items()
                ),
                obstacles=tuple(obstacles),
                blocked=names((*way.stuck, *way.done_since)),
            ),
            content,
        )


def _allowed(tx: Tx, id: str, actor: Actor) -> InstanceRow:
    row = instances.instance(tx, id)
    if row is None:
        raise NotFound("process instance", id)
    check_operator(actor, f"go back in process instance '{id}'")
    return row

"""Timers in an operator's hands: listed by when they are due, moved or fired now, always with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase import events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, FlowcaseError, NotFound, Refused
from flowcase.feel import compile_expression
from flowcase.modeling.definition import TimerEvent, TimerKind
from flowcase.services.casework.case_facts import BY_RULE, DEADLINE_PROCESS, OF_DEADLINES
from flowcase.services.operating.interventions import check_operator, check_reason
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.start_events import StartEvents
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.queries import due_lists, waiting
from flowcase.store.queries.due_lists import OwnerRow, Place
from flowcase.store.queries.waiting import TimerRow

_LOOK = "look after timers"


class FollowsADeadline(Conflict):
    """The timer is drawn from a deadline, and moving it alone would let the two disagree."""

    def __init__(self, timer: str) -> None:
        self.timer = timer
        super().__init__(
            f"move timer '{timer}'",
            "it follows a deadline: correct the deadline's start or decide a new date, and it moves along",
        )


class ComesTwice(Conflict):
    """A planned start of a series is to be brought forward: it would come then and when it was planned."""

    def __init__(self, timer: str) -> None:
        self.timer = timer
        super().__init__(
            f"move timer '{timer}'",
            "its series would start at the new instant and at the planned one: fire it now instead",
        )


@dataclass(frozen=True)
class TimerAsked:
    """Which timers; what is left empty leaves nothing out."""

    state: str = "waiting"  # or held: of suspended instances
    process: str | None = None
    element: str | None = None
    case: str | None = None
    is_overdue: bool = False


@dataclass(frozen=True)
class Timer:
    row: TimerRow
    element_name: str
    process_name: str
    follows_deadline: bool
    deadline_rule: str | None  # of the deadline that it follows; None where it is drawn from several


class TimerCare:
    """Every method raises Forbidden for who is no operator."""

    def __init__(self, transactions: Transactions, advancing: Advancing, start_events: StartEvents) -> None:
        self._transactions, self._advancing = transactions, advancing
        self._start_events = start_events

    def page(
        self, asked: TimerAsked, *, actor: Actor, after: Place | None = None, limit: int = 50
    ) -> tuple[Sequence[Timer], Place | None]:
        """Who is tried next comes first; with the place where the next page begins."""
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> tuple[Sequence[Timer], Place | None]:
            rows = due_lists.timers(
                tx,
                state=asked.state,
                process=asked.process,
                element=asked.element,
                case=asked.case,
                is_overdue=asked.is_overdue,
                after=after,
                limit=limit + 1,
            )
            shown = self._described(tx, rows[:limit])
            last = shown[-1].row if len(rows) > limit else None
            return shown, None if last is None else (last.try_at, last.id)

        return self._transactions.read(work)

    def get(self, id: str, *, actor: Actor) -> Timer:
        """Pending or over. Raises NotFound."""
        check_operator(actor, _LOOK)
        return self._transactions.read(lambda tx: self._described(tx, [_existing(tx, id)])[0])

    def move(
        self, id: str, due_at: dt.datetime, *, reason: str, actor: Actor, seen: dt.datetime | None = None
    ) -> None:
        """It is due then instead, whatever is drawn; later facts leave it there.

        `seen` is the instant that the operator looked at. Raises FollowsADeadline, ComesTwice, Conflict
        when it has fired, ended or moved meanwhile, and Refused without a reason or for an instant that has
        passed.
        """

        def work(tx: Tx) -> None:
            row, instance = self._held(tx, id, "move", seen)
            if due_at <= tx.now:
                raise Refused(f"move timer '{id}'", "that instant has passed; fire it now instead")
            if instance is None and row.kind == TimerKind.CYCLE and due_at < row.due_at:
                raise ComesTwice(id)
            self._tell(tx, row, instance, "move_timer", reason)
            self._move(tx, row, instance, due_at)

        check_operator(actor, _LOOK)
        check_reason(reason, f"move timer '{id}'")
        self._transactions.run(actor, work)

    def fire(self, id: str, *, reason: str, actor: Actor, seen: dt.datetime | None = None) -> None:
        """As if it were due now. Raises as `move`."""

        def work(tx: Tx) -> None:
            row, instance = self._held(tx, id, "fire", seen)
            self._tell(tx, row, instance, "fire_timer", reason)
            if row.due_at > tx.now:
                self._move(tx, row, instance, tx.now)
            if instance is None:
                self._start_events.fire(tx, _existing(tx, id), instead_of=row.due_at)
            else:
                self._advancing.carry_on(tx, instance, model.FireTimer(timer=row.timer))

        check_operator(actor, _LOOK)
        check_reason(reason, f"fire timer '{id}'")
        self._transactions.run(actor, work)

    # --- inside ------------------------------------------------------------------------------------

    def _held(
        self, tx: Tx, id: str, verb: str, seen: dt.datetime | None
    ) -> tuple[TimerRow, LockedInstance | None]:
        """The timer as it is under its stream's lock: whoever fires it holds the same lock."""
        instance = None
        found = _existing(tx, id)
        if found.instance is None:
            tx.stream(found.stream)
        else:
            instance = tx.lock(found.instance)
        row = _existing(tx, id)
        if row.status != model.TimerStatus.PENDING:
            raise Conflict(f"{verb} timer '{id}'", f"it is {row.status}")
        if instance is not None and instance.status != model.InstanceStatus.ACTIVE:
            raise Conflict(f"{verb} timer '{id}'", f"its process instance is {instance.status}")
        if instance is None and row.is_held:
            raise Conflict(f"{verb} timer '{id}'", "its process is suspended")
        if seen is not None and seen != row.due_at:
            raise Conflict(f"{verb} timer '{id}'", "it has moved meanwhile")
        definition = row.definition if instance is None else instance.definition
        if self._drawn_from(tx, row, definition):
            raise FollowsADeadline(id)
        return row, instance

    def _move(self, tx: Tx, row: TimerRow, instance: LockedInstance | None, due_at: dt.datetime) -> None:
        if instance is not None:
            self._advancing.carry_on(tx, instance, model.MoveTimer(timer=row.timer, due_at=due_at))
            return
        moved = events.StartTimerScheduled(
            process=row.process,
            element=row.element,
            definition=str(row.definition),
            due_at=due_at,
            kind=row.kind,
            catch_up=row.catch_up,
            repetitions_left=row.repetitions_left,
        )
        tx.append(INSTALLATION, moved)

    def _tell(self, tx: Tx, row: TimerRow, instance: LockedInstance | None, act: str, reason: str) -> None:
        why = events.InterventionMade(act=act, reason=reason.strip())
        tx.append(row.stream, why, instance=instance, element=row.element)

    def _described(self, tx: Tx, rows: Sequence[TimerRow]) -> list[Timer]:
        owners = due_lists.owners(tx, {row.instance for row in rows if row.instance is not None})
        return [self._one_described(tx, row, owners.get(row.instance or "")) for row in rows]

    def _one_described(self, tx: Tx, row: TimerRow, owner: OwnerRow | None) -> Timer:
        definition = row.definition if owner is None else owner.definition
        if definition is None:
            return Timer(row, row.element, row.process, False, None)
        process = self._advancing.definitions.process(tx, definition)
        element = process.elements.get(row.element)
        name = row.element if element is None else element.name or row.element
        drawn = self._drawn_from(tx, row, definition)
        watched = owner.rule if owner is not None and row.process == DEADLINE_PROCESS else None
        return Timer(row, name, process.name or row.process, bool(drawn), watched or _rule_named(drawn))

    def _drawn_from(self, tx: Tx, row: TimerRow, definition: str | None) -> frozenset[tuple[str, ...]]:
        """What its expression reads of deadlines: `("frist", "T04")`."""
        if definition is None:
            return frozenset()
        element = self._advancing.definitions.process(tx, definition).elements.get(row.element)
        event = None if element is None else element.event
        if not isinstance(event, TimerEvent) or event.expression.is_static:
            return frozenset()
        try:
            paths = compile_expression(event.expression.text).paths
        except FlowcaseError:  # a text that nobody can read follows nothing
            return frozenset()
        return frozenset(path for path in paths if path[0] in OF_DEADLINES)


def _rule_named(drawn: frozenset[tuple[str, ...]]) -> str | None:
    """The one rule whose deadline is read by name."""
    rules = {path[1] for path in drawn if path[0] in BY_RULE and len(path) > 1}
    return rules.pop() if len(rules) == 1 else None


def _existing(tx: Tx, id: str) -> TimerRow:
    row = waiting.timer(tx, id)
    if row is None:
        raise NotFound("timer", id)
    return row

"""An operator moves, skips or cancels one token of an instance, after a preview and with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from flowcase import engine, events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.modeling.definition import ProcessDefinition
from flowcase.services.operating.interventions import check_operator, check_reason
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import deadlines, instances
from flowcase.store.queries.deadlines import DeadlineRow
from flowcase.values import Value

SKIP, CANCEL, MOVE = "skip", "cancel", "move"
_ACTS = {SKIP: "skip_element", CANCEL: "cancel_token", MOVE: "move_token"}  # as the history tells it


@dataclass(frozen=True)
class TokenAct:
    """What is to be done to a token; `target` only to move it, `variables` only to skip its element."""

    kind: str  # skip | cancel | move
    target: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Somewhere a token is."""

    element: str
    element_instance: str
    name: str
    status: str  # active, waiting (at a join) or incident
    targets: tuple[tuple[str, str], ...]  # elements of the same scope that take a token, with their names


@dataclass(frozen=True)
class Change:
    """One thing that would happen: a code, the name of the element, and when where that matters."""

    code: str
    name: str
    due_at: dt.datetime | None = None
    process: str = ""  # the name of the other process that it happens in


@dataclass(frozen=True)
class Foreseen:
    changes: tuple[Change, ...]
    stands_at: tuple[str, ...]  # names of where tokens are afterwards
    open_deadlines: int  # of its case: those that run on afterwards
    obstacle: str = ""  # the code of why it is refused; empty when it is possible
    blocked: str = ""  # name of the element that is the reason


_CODES: Mapping[type[model.Event], str] = {
    model.UserTaskCancelled: "task_closed",
    model.JobCancelled: "job_withdrawn",
    model.CallCancelled: "call_cancelled",
    model.TimerCancelled: "timer_dropped",
    model.MessageUnsubscribed: "message_dropped",
    model.SignalUnsubscribed: "signal_dropped",
    model.IncidentResolved: "incident_resolved",
    model.UserTaskCreated: "task_opened",
    model.JobRequested: "job_asked",
    model.DecisionRequested: "decision_asked",
    model.CallRequested: "call_begun",
    model.TimerScheduled: "timer_set",
    model.MessageSubscribed: "message_awaited",
    model.SignalSubscribed: "signal_awaited",
    model.MessagePublished: "message_sent",
    model.IncidentRaised: "incident_raised",
    model.InstanceStarted: "instance_begins",
    model.InstanceCompleted: "instance_ends",
}
_ENDINGS = {"met": "deadline_met", "cancelled": "deadline_cancelled"}


class TokenMoves:
    """One transaction per method. All raise NotFound, and Forbidden for who is no operator."""

    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    def places(self, id: str, *, actor: Actor) -> list[Place]:
        """Where its tokens are, and to which elements each could be moved by its scope."""
        check_operator(actor, "move a token")

        def work(tx: Tx) -> list[Place]:
            looked, definition = self._looked(tx, id)
            if looked.state is None or looked.has_ended:
                return []
            state = engine.State.from_bytes(looked.state, definition)
            return [
                Place(
                    each.element,
                    each.element_instance,
                    _name(definition, each.element),
                    each.status,
                    tuple(
                        (other.id, other.name or other.id)
                        for other in definition.children(definition.elements[each.element].parent)
                        if other.id != each.element and engine.takes_a_token(other)
                    ),
                )
                for each in state.waiting()
            ]

        return self._transactions.read(work)

    def preview(self, id: str, element_instance: str, act: TokenAct, *, actor: Actor) -> Foreseen:
        """What would happen, found by doing it and taking it back: what handlers and others do included."""
        return self._rehearsed(id, lambda: _command(element_instance, act), actor=actor)

    def preview_of_the_end(self, id: str, *, actor: Actor) -> Foreseen:
        """What would happen if the whole instance were cancelled, found as `preview` finds it."""
        return self._rehearsed(id, lambda: model.CancelInstance(reason=""), actor=actor)

    def _rehearsed(self, id: str, command: Callable[[], model.Command], *, actor: Actor) -> Foreseen:
        check_operator(actor, "move a token")

        def work(tx: Tx) -> Foreseen:
            self._looked(tx, id)
            instance = tx.lock(id)
            before = _deadlines(tx, instance)
            asked = command()
            is_end = isinstance(asked, model.CancelInstance)
            if is_end and instance.parent is not None:
                return Foreseen((), (), _running(before), "was_called")
            if instance.has_ended or not (is_end or instance.status == model.InstanceStatus.ACTIVE):
                return Foreseen((), (), _running(before), str(instance.status))
            try:
                self._advancing.carry_on(tx, instance, asked)
            except engine.CannotMoveToken as refused:
                definition = self._advancing.definitions.process(tx, instance.definition)
                return Foreseen((), (), _running(before), refused.code, _name(definition, refused.element))
            except Conflict:
                return Foreseen((), (), _running(before), "gone_on")
            after = _deadlines(tx, instance)
            changes = [*self._changes(tx, instance), *_of_deadlines(before, after)]
            definition = self._advancing.definitions.process(tx, instance.definition)
            waiting = [] if instance.has_ended else instance.state.waiting()
            stands = [_name(definition, each.element) for each in waiting]
            return Foreseen(tuple(dict.fromkeys(changes)), tuple(dict.fromkeys(stands)), _running(after))

        return self._transactions.rehearse(actor, work)

    def _changes(self, tx: Tx, instance: LockedInstance) -> Iterator[Change]:
        """What the transaction has recorded that a person would want to know beforehand."""
        for id, event in tx.recorded():
            if id is None or type(event) not in _CODES:
                continue
            other = instance if id == instance.id else tx.lock(id)
            definition = self._advancing.definitions.process(tx, other.definition)
            due_at = event.due_at if isinstance(event, model.TimerScheduled) else None
            process = "" if other is instance else definition.name or other.process
            name = _name(definition, getattr(event, "element", ""))
            yield Change(_CODES[type(event)], name, due_at, process)

    def do(self, id: str, element_instance: str, act: TokenAct, *, reason: str, actor: Actor) -> None:
        """Raises Refused without a reason, and engine.CannotMoveToken or Conflict where it cannot be."""
        check_operator(actor, "move a token")
        check_reason(reason, f"{act.kind} a token of '{id}'")
        self._transactions.run(
            actor, lambda tx: self.do_within(tx, tx.lock(id), element_instance, act, reason=reason)
        )

    def do_within(
        self, tx: Tx, instance: LockedInstance, element_instance: str, act: TokenAct, *, reason: str
    ) -> None:
        """The same within the transaction of another service, which has asked whether it is allowed."""
        if instance.status != model.InstanceStatus.ACTIVE:
            raise Conflict(f"{act.kind} a token of '{instance.id}'", f"it is {instance.status}")
        definition = self._advancing.definitions.process(tx, instance.definition)
        waiting = engine.State.from_bytes(instance.state, definition).waiting()
        element = next((each.element for each in waiting if each.element_instance == element_instance), None)
        if element is None:
            raise Conflict(f"{act.kind} a token of '{instance.id}'", "it has gone on meanwhile")
        why = events.InterventionMade(act=_ACTS[act.kind], reason=reason.strip())
        tx.append(instance.stream, why, instance=instance, element=element)
        self._advancing.carry_on(tx, instance, _command(element_instance, act))

    def tried_within(self, tx: Tx, looked: LockedInstance, element_instance: str, act: TokenAct) -> None:
        """Do it without writing anything. Raises engine.CannotMoveToken."""
        self._advancing.foreseen(tx, looked, _command(element_instance, act))

    def at_element(self, tx: Tx, instance: LockedInstance, element: str) -> list[str]:
        """Element instances of the tokens that are in an element, oldest first."""
        definition = self._advancing.definitions.process(tx, instance.definition)
        waiting = engine.State.from_bytes(instance.state, definition).waiting()
        return [each.element_instance for each in waiting if each.element == element]

    def _looked(self, tx: Tx, id: str) -> tuple[LockedInstance, ProcessDefinition]:
        if instances.instance(tx, id) is None:
            raise NotFound("process instance", id)
        looked = tx.look(id)
        return looked, self._advancing.definitions.process(tx, looked.definition)


def _command(element_instance: str, act: TokenAct) -> model.Command:
    if act.kind == SKIP:
        return model.SkipElement(element_instance=element_instance, variables=act.variables)
    if act.kind == CANCEL:
        return model.CancelToken(element_instance=element_instance)
    if act.kind == MOVE:
        return model.MoveToken(element_instance=element_instance, target=act.target)
    raise Refused(f"do '{act.kind}' to a token", "a token is skipped, cancelled or moved")


def _name(definition: ProcessDefinition, element: str) -> str:
    drawn = definition.elements.get(element)
    return element if drawn is None else drawn.name or element


def _deadlines(tx: Tx, instance: LockedInstance) -> Mapping[str, DeadlineRow]:
    """Those of its case, by id."""
    if instance.case_code is None:
        return {}
    return {row.id: row for row in deadlines.deadlines(tx, case=instance.case_code)}


def _running(rows: Mapping[str, DeadlineRow]) -> int:
    return sum(row.status in deadlines.RUNNING for row in rows.values())


def _of_deadlines(before: Mapping[str, DeadlineRow], after: Mapping[str, DeadlineRow]) -> Iterator[Change]:
    """What became of deadlines, each by its rule."""
    for id, row in after.items():
        if id not in before:
            yield Change("deadline_opened", row.rule, row.due_at)
        elif row.status != before[id].status and row.status in _ENDINGS:
            yield Change(_ENDINGS[row.status], row.rule)

"""An operator moves, skips or cancels one token of an instance, after a preview and with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowcase import engine, events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.modeling.definition import ProcessDefinition
from flowcase.services.advancing import Advancing
from flowcase.services.interventions import check_operator, check_reason
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import deadlines, instances
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
    targets: tuple[tuple[str, str], ...]  # elements of the same scope with their names


@dataclass(frozen=True)
class Change:
    """One thing that would happen: a code, the name of the element, and when where that matters."""

    code: str
    name: str
    due_at: dt.datetime | None = None


@dataclass(frozen=True)
class Foreseen:
    changes: tuple[Change, ...]
    stands_at: tuple[str, ...]  # names of where tokens are afterwards
    open_deadlines: int  # of its case: they run on, whatever happens to the token
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
    model.InstanceCompleted: "instance_ends",
}


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
                        if other.id != each.element and other.kind not in engine.BEGIN_BY_THEMSELVES
                    ),
                )
                for each in state.waiting()
            ]

        return self._transactions.read(work)

    def preview(self, id: str, element_instance: str, act: TokenAct, *, actor: Actor) -> Foreseen:
        """What would happen; nothing is changed."""
        check_operator(actor, "move a token")

        def work(tx: Tx) -> Foreseen:
            looked, definition = self._looked(tx, id)
            running = 0
            if looked.case_code is not None:
                found = deadlines.deadlines(tx, case=looked.case_code, statuses=deadlines.RUNNING)
                running = len(found)
            if looked.status != model.InstanceStatus.ACTIVE:
                return Foreseen((), (), running, str(looked.status))
            try:
                advance = self._advancing.foreseen(tx, looked, _command(element_instance, act))
            except engine.CannotMoveToken as refused:
                return Foreseen((), (), running, refused.code, _name(definition, refused.element))
            except Conflict:
                return Foreseen((), (), running, "gone_on")
            changes = [
                Change(
                    _CODES[type(event)],
                    _name(definition, getattr(event, "element", "")),
                    getattr(event, "due_at", None) if isinstance(event, model.TimerScheduled) else None,
                )
                for event in advance.events
                if type(event) in _CODES
            ]
            stands = [_name(definition, each.element) for each in advance.state.waiting()]
            return Foreseen(tuple(dict.fromkeys(changes)), tuple(dict.fromkeys(stands)), running)

        return self._transactions.read(work)

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

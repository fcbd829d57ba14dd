"""What a move does to one instance, and why it cannot be moved or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from flowcase import engine, model
from flowcase.errors import Conflict, FlowcaseError
from flowcase.services.transactions import fault_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reason:
    """Why an instance cannot move, or what changes when it does; codes that the edges put into words."""

    code: str
    element: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What moving does to one instance."""

    kind: str  # unchanged | changed | refused
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "reasons": [asdict(each) for each in self.reasons]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        return cls(data["kind"], tuple(Reason(**each) for each in data["reasons"]))


class CannotMove(Conflict):
    """An instance that is not where a move could take it from."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__("move the process instance", code)


class CannotUndo(Conflict):
    """An instance that is no longer what the move made of it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__("undo the move of the process instance", code)


def reasons_of(error: FlowcaseError) -> tuple[Reason, ...]:
    """Why an instance cannot be moved or taken back."""
    if isinstance(error, engine.CannotMigrate):
        return tuple(Reason(each.code, each.element, each.detail) for each in error.obstacles)
    if isinstance(error, (CannotMove, CannotUndo)):
        return (Reason(error.code),)
    _log.warning("move refused", why=type(error).__name__)
    return (Reason("conflict", detail=str(error)),)


def fault_reason(error: Exception, instance: str) -> Reason:
    """The instance stays as it is, the others go on. No text of the error: it may name data."""
    _log.error("fault in a move", instance=instance, **fault_of(error))
    return Reason("fault", detail=type(error).__name__)


def verdict_of(advance: model.Advance) -> Verdict:
    """In words of the change: timers first, since they are what people ask about."""
    stopped = {each.element: each for each in advance.events if isinstance(each, model.TimerCancelled)}
    reasons: list[Reason] = []
    for event in advance.events:
        if isinstance(event, model.TimerScheduled):
            code = "timer_recomputed" if event.element in stopped else "timer_added"
            reasons.append(Reason(code, event.element, event.due_at.isoformat()))
            stopped.pop(event.element, None)
    reasons += [Reason("timer_stopped", element) for element in stopped]
    for event in advance.events:
        change = _CHANGES.get(type(event))
        if change is not None:
            reasons.append(Reason(change, getattr(event, "element", "")))
    return Verdict("changed" if reasons else "unchanged", tuple(dict.fromkeys(reasons)))


_CHANGES: Mapping[type[model.Event], str] = {
    model.MessageSubscribed: "message_awaited",
    model.MessageUnsubscribed: "message_dropped",
    model.SignalSubscribed: "signal_awaited",
    model.SignalUnsubscribed: "signal_dropped",
    model.UserTaskRedrawn: "task_redrawn",
    model.ElementCompleted: "goes_on",
}

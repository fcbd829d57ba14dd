"""Start, end, boundary and intermediate events, and send tasks that publish a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.engine import mappings, subscriptions, triggering
from flowcase.engine.nodes.node import FlowNode
from flowcase.engine.stuck import Stuck, wrong_value
from flowcase.engine.timers import TimerTextError, duration_from
from flowcase.model import IncidentKind, MessagePublished, SignalBroadcast
from flowcase.modeling.definition import (
    ErrorEvent,
    EscalationEvent,
    MessageEvent,
    SignalEvent,
    TerminateEvent,
)

if TYPE_CHECKING:
    from flowcase.engine.step import Step
    from flowcase.engine.tokens import Token


class StartEvent(FlowNode):
    """Has happened when a token is here."""


class BoundaryEvent(FlowNode):
    """Has happened when a token is here; until then it is a subscription of its activity."""


class CatchEvent(FlowNode):
    """Waits for its timer, message or signal."""

    def activate(self, step: Step, token: Token) -> bool:
        if self.element.event is None or token.notes.pop("happened", False):
            return True
        subscriptions.listen(step, token, [self.element])
        return False

    def resume(self, step: Step, token: Token) -> bool:
        return False


class ThrowEvent(FlowNode):
    """An intermediate throw event or an end event: does what is drawn, and is done."""

    def activate(self, step: Step, token: Token) -> bool:
        event = self.element.event or self.element.message
        if isinstance(event, MessageEvent):
            self._publish(step, token, event)
        elif isinstance(event, SignalEvent):
            step.emit(
                SignalBroadcast(
                    element=self.id,
                    element_instance=token.key,
                    name=step.text(event.name, token, f"the signal name of '{self.id}'"),
                    is_global=event.is_global,
                    variables=mappings.mapped_only(step, token),
                )
            )
        elif isinstance(event, EscalationEvent):
            code = event.code or ""
            triggering.throw_escalation(step, token, code, mappings.mapped_only(step, token))
        elif isinstance(event, ErrorEvent):
            code = event.code or ""
            if not triggering.throw_error(step, token, code, "", mappings.mapped_only(step, token)):
                raise Stuck(
                    IncidentKind.UNCAUGHT_ERROR,
                    f"Expected somebody to catch error '{code}' of '{self.id}', but nobody does.",
                )
        elif isinstance(event, TerminateEvent):
            step.cancel_inside(token.enclosing, but=token)
        return True

    def _publish(self, step: Step, token: Token, event: MessageEvent) -> None:
        time_to_live = None
        if event.time_to_live is not None:
            value = step.evaluate(event.time_to_live, token, f"the time to live of '{self.id}'")
            try:
                duration = duration_from(value)
                time_to_live = duration.after(step.now, step.zone) - step.now
            except (TimerTextError, OverflowError) as error:
                raise wrong_value(
                    f"the time to live of '{self.id}'", "a duration", value, event.time_to_live.text
                ) from error
        key = event.correlation_key
        message_id = event.message_id
        step.emit(
            MessagePublished(
                element=self.id,
                element_instance=token.key,
                name=step.text(event.name, token, f"the message name of '{self.id}'"),
                correlation_key=""
                if key is None
                else step.text(key, token, f"the correlation key of '{self.id}'"),
                variables=mappings.mapped_only(step, token),
                time_to_live=time_to_live,
                message_id=None
                if message_id is None
                else step.text(message_id, token, f"the message id of '{self.id}'"),
            )
        )

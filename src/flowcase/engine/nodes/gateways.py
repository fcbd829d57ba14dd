"""Gateways: where tokens part and meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.util.task import TaskState

from flowcase.engine import subscriptions
from flowcase.engine.nodes.node import FlowNode, choose
from flowcase.modeling.definition import SequenceFlow

if TYPE_CHECKING:
    from flowcase.engine.step import Step
    from flowcase.engine.tokens import Token


class ExclusiveGateway(FlowNode):
    """Takes the first flow, in document order, whose condition is true."""

    def choose_flows(self, step: Step, token: Token) -> list[SequenceFlow]:
        return choose(step, token, self.outgoing, self.element.default_flow, only_first=True)


class MeetingGateway(Join, FlowNode):
    """A gateway that several flows lead into: tokens wait there, each remembering its flow.

    SpiffWorkflow's own joins look for finished tasks in the whole tree; in a loop they count those of
    earlier rounds. Here the tokens that wait are the only memory, as in BPMN.
    """

    def waiting(self, token: Token) -> dict[str, list[Token]]:
        """Tokens that have arrived in the scope of `token`, by flow, oldest first."""
        arrived: dict[str, list[Token]] = {}
        for other in token.workflow.unfinished(token.enclosing.key):
            if other.task_spec is self and (other is token or other.has_state(TaskState.WAITING)):
                arrived.setdefault(other.notes["flow"], []).append(other)
        return arrived

    def consume(self, arrived: dict[str, list[Token]], going_on: Token) -> None:
        """One token of each flow melts into the one that goes on."""
        for tokens in arrived.values():
            if going_on not in tokens:
                merged = tokens[0]
                merged._set_state(TaskState.CANCELLED)
                merged.workflow.remove_finished(merged)


class ParallelGateway(MeetingGateway):
    """Goes on when a token has come by every incoming flow, and takes all flows."""

    def _update_hook(self, my_task: Token) -> bool:
        arrived = self.waiting(my_task)
        if any(flow not in arrived for flow in self.element.incoming):
            my_task._set_state(TaskState.WAITING)
            return False
        self.consume(arrived, my_task)
        return True

    def choose_flows(self, step: Step, token: Token) -> list[SequenceFlow]:
        return self.outgoing


class InclusiveGateway(MeetingGateway):
    """Takes every flow whose condition is true; meets every token that can still come (BPMN 2.0, 13.4.3)."""

    @property
    def is_join(self) -> bool:
        return len(self.element.incoming) > 1

    def _update_hook(self, my_task: Token) -> bool:
        if not self.is_join:
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def fire_if_due(self, step: Step) -> bool:
        """Judged when nothing else moves: no token elsewhere may still reach a flow that is empty."""
        fired = False
        for token in list(step.tree.tasks.values()):
            if token.task_spec is not self or not token.has_state(TaskState.WAITING):
                continue
            arrived = self.waiting(token)
            if token is not next(iter(arrived.values()))[0] or self._must_wait(token, arrived):
                continue
            self.consume(arrived, token)
            token._ready()
            fired = True
        return fired

    def _must_wait(self, token: Token, arrived: dict[str, list[Token]]) -> bool:
        empty = [flow for flow in self.element.incoming if flow not in arrived]
        to_empty = self._upstream(empty)
        to_arrived = self._upstream(list(arrived))
        return any(
            other.task_spec.id in to_empty and other.task_spec.id not in to_arrived
            for other in token.workflow.unfinished(token.enclosing.key)
            if other.task_spec is not self
        )

    def _upstream(self, flows: list[str]) -> set[str]:
        """Elements with a path that ends with one of the flows and does not visit this gateway."""
        diagram = self.diagram
        found: set[str] = set()
        open_ends = [diagram.flow(flow).source for flow in flows]
        while open_ends:
            id = open_ends.pop()
            if id in found or id == self.id:
                continue
            found.add(id)
            element = diagram.node(id).element
            open_ends += [diagram.flow(flow).source for flow in element.incoming]
            if element.attached_to:
                open_ends.append(element.attached_to)
        return found


class EventBasedGateway(FlowNode):
    """Waits for the first of the events behind it, on their behalf."""

    def activate(self, step: Step, token: Token) -> bool:
        subscriptions.listen(step, token, [step.diagram.node(flow.target).element for flow in self.outgoing])
        return False

    def results(self, step: Step, token: Token, handed_in: dict) -> dict:
        token.results = handed_in  # they belong to the event that happened
        return {}

    def choose_flows(self, step: Step, token: Token) -> list[SequenceFlow]:
        return [flow for flow in self.outgoing if flow.target == token.notes["chosen"]]

"""What all flow nodes share, on SpiffWorkflow's task specification."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.specs.StartTask import StartTask

from flowcase.engine.stuck import Stuck
from flowcase.model import ElementEvent, IncidentKind
from flowcase.modeling.definition import Element, ProcessDefinition, SequenceFlow

if TYPE_CHECKING:
    from flowcase.engine.diagram import Diagram
    from flowcase.engine.step import Step
    from flowcase.engine.tokens import Token


class FlowNode(BpmnTaskSpec):
    """One element of a diagram. Shared by all instances: a node keeps nothing about any of them.

    Subclasses say what is special: `activate` (True: it goes straight on; False: it waits),
    `choose_flows` (which sequence flows a completed token takes) and `withdrawn` (what else is told when
    a waiting token is cancelled).
    """

    _wf_spec: Diagram
    is_scope = False  # sub-processes, bodies and the process itself: tokens live inside

    def __init__(self, wf_spec: Diagram, element: Element) -> None:
        super().__init__(wf_spec, f"element:{element.id}", lane=element.lane)
        self.element = element

    @property
    def diagram(self) -> Diagram:
        return self._wf_spec

    @property
    def id(self) -> str:
        return self.element.id

    # --- what SpiffWorkflow asks ---

    def test(self) -> None:
        """The deploy check has judged the diagram."""

    def _predict(self, my_task: Token, *args: Any, **kwargs: Any) -> None:
        """Nothing is predicted: sixteen parallel blocks would predict half a million tasks."""

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.workflow.step.queue(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return my_task.workflow.step.carry(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.step.leave(my_task)

    def _on_cancel(self, my_task: Token) -> None:
        my_task.workflow.step.token_cancelled(my_task)

    # --- what is special about a kind ---

    def activate(self, step: Step, token: Token) -> bool:
        """Do what the element does. False when the token now waits for a command."""
        return True

    def resume(self, step: Step, token: Token) -> bool:
        """Ask again after an incident of what the token waited for."""
        return self.activate(step, token)

    def results(self, step: Step, token: Token, handed_in: dict[str, Any]) -> dict[str, Any]:
        """The variables that completing with `handed_in` brings."""
        return handed_in

    def withdrawn(self, step: Step, token: Token) -> list[ElementEvent]:
        """What to tell beside `ElementCancelled`."""
        return []

    def answered(self, step: Step, token: Token) -> list[ElementEvent]:
        """What to tell when somebody has completed the waiting element."""
        return []

    def choose_flows(self, step: Step, token: Token) -> list[SequenceFlow]:
        """Every flow without a condition, those whose condition is true, and the default if none is."""
        return choose(step, token, self.outgoing, self.element.default_flow)

    @functools.cached_property
    def outgoing(self) -> list[SequenceFlow]:
        return [self.diagram.flow(flow) for flow in self.element.outgoing]


def choose(
    step: Step, token: Token, flows: list[SequenceFlow], default: str | None, *, only_first: bool = False
) -> list[SequenceFlow]:
    """The flows to take by their conditions. Raises Stuck when there are flows and none may be taken."""
    if not flows:
        return []
    chosen = []
    for flow in flows:
        if flow.id == default:
            continue
        if flow.condition is None or step.is_true(
            flow.condition, token, f"the condition of flow '{flow.id}'"
        ):
            chosen.append(flow)
            if only_first:
                break
    if not chosen:
        chosen = [flow for flow in flows if flow.id == default]
    if not chosen:
        raise Stuck(
            IncidentKind.NO_FLOW_TAKEN,
            f"Expected a way on from '{token.task_spec.id}', but no condition is true and none is default.",
        )
    return chosen


class ProcessNode(StartTask, FlowNode):
    """The process itself: the scope that all others live in."""

    is_scope = True

    def __init__(self, wf_spec: Diagram, definition: ProcessDefinition) -> None:
        BpmnTaskSpec.__init__(self, wf_spec, "process")
        self.definition = definition
        self.element = None  # type: ignore[assignment]

    @property
    def id(self) -> str:
        return self.definition.id

    @functools.cached_property
    def outgoing(self) -> list[SequenceFlow]:
        return []

    def test(self) -> None:
        """There are no sequence flows into or out of a process."""

    def activate(self, step: Step, token: Token) -> bool:
        step.begin(token, self.diagram.node(token.notes["start"]))
        return False

    def choose_flows(self, step: Step, token: Token) -> list[SequenceFlow]:
        return []

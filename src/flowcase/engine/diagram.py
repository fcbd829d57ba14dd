"""A process definition as a SpiffWorkflow specification: made once, shared by all its instances.

Flow nodes get names of our own (`element:<id>`), because SpiffWorkflow gives a meaning to specifications
that are called Start, End or Root.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from flowcase import feel
from flowcase.engine.nodes import FlowNode, ProcessNode
from flowcase.engine.nodes.gateways import InclusiveGateway
from flowcase.engine.nodes.kinds import node_class
from flowcase.errors import Conflict
from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MultiInstance,
    ProcessDefinition,
    SequenceFlow,
)


class Diagram(WorkflowSpec):
    """The nodes of one process definition and what is looked up in it at each step."""

    start: ProcessNode

    def __init__(self, definition: ProcessDefinition) -> None:
        super().__init__(name=definition.id, filename=definition.file)
        self.definition = definition
        self.nodes: dict[str, FlowNode] = {}
        self.boundary_events: dict[str, list[Element]] = {}
        self.event_sub_processes: dict[str | None, list[Element]] = {}
        self.start = ProcessNode(self, definition)
        for element in definition.elements.values():
            self.nodes[element.id] = node_class(element)(self, element)
            if element.attached_to:
                self.boundary_events.setdefault(element.attached_to, []).append(element)
            if element.kind is ElementKind.EVENT_SUB_PROCESS:
                self.event_sub_processes.setdefault(element.parent, []).append(element)
        self.inclusive_joins = [
            node for node in self.nodes.values() if isinstance(node, InclusiveGateway) and node.is_join
        ]
        for flow in definition.flows.values():
            self.nodes[flow.source].connect(self.nodes[flow.target])
        self._unusual_names = _names_that_need_announcing(definition)
        self._expressions: dict[str, feel.Expression] = {}

    def node(self, element: str) -> FlowNode:
        """The node of an element; an instance may hold an element that its definition no longer has."""
        try:
            return self.nodes[element]
        except KeyError:
            raise Conflict(
                f"run process '{self.definition.id}'", f"its definition has no element '{element}'"
            ) from None

    def flow(self, flow: str) -> SequenceFlow:
        return self.definition.flows[flow]

    def expression(self, text: str) -> feel.Expression:
        """Compiled once per definition. Raises FeelSyntaxError."""
        compiled = self._expressions.get(text)
        if compiled is None:
            compiled = feel.compile_expression(text, names=self._unusual_names)
            self._expressions[text] = compiled
        return compiled

    def start_event_of(self, event_sub_process: str | None) -> Element:
        """The only start event of an event sub-process."""
        return next(
            element
            for element in self.definition.children(event_sub_process)
            if element.kind is ElementKind.START_EVENT
        )

    def none_start_event_of(self, scope: str | None) -> Element | None:
        return next(
            (
                element
                for element in self.definition.children(scope)
                if element.kind is ElementKind.START_EVENT and element.event is None
            ),
            None,
        )


def _names_that_need_announcing(definition: ProcessDefinition) -> frozenset[str]:
    """Variable names with blanks or signs that FEEL would otherwise read as operators."""
    names: set[str] = set()
    for element in definition.elements.values():
        names.update(mapping.target.split(".")[0] for mapping in (*element.inputs, *element.outputs))
        if element.script and element.script.result_variable:
            names.add(element.script.result_variable)
        if element.decision:
            names.add(element.decision.result_variable)
        if isinstance(element.loop, MultiInstance):
            names.update(filter(None, (element.loop.input_element, element.loop.output_collection)))
    return frozenset(name for name in names if not name.isidentifier())


_KEPT = 256
_diagrams: OrderedDict[tuple[str, str], Diagram] = OrderedDict()
_lock = threading.Lock()


def diagram_of(definition: ProcessDefinition) -> Diagram:
    """The shared specification of a definition, by content hash and process id."""
    identity = (definition.content_hash, definition.id)
    with _lock:
        diagram = _diagrams.get(identity)
        if diagram is None or (diagram.definition is not definition and diagram.definition != definition):
            diagram = _diagrams[identity] = Diagram(definition)
            while len(_diagrams) > _KEPT:
                _diagrams.popitem(last=False)
        _diagrams.move_to_end(identity)
        return diagram

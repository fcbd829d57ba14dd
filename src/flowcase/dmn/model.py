"""A decision model, ready to be evaluated as often as wanted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from flowcase.dmn.graph import BusinessKnowledge, Decision, DecisionService, InputData, Node
from flowcase.dmn.record import DecisionRecord, DecisionResult
from flowcase.dmn.run import Run
from flowcase.errors import NotFound
from flowcase.feel import DEFAULT, FeelLimitError, Limits
from flowcase.values import Value

_N = TypeVar("_N", bound=Node)


@dataclass(frozen=True, kw_only=True)
class Model:
    """One DMN file, compiled. Immutable and without state of its own: evaluations may run side by side."""

    name: str
    namespace: str
    file: str
    content_hash: str  # SHA-256 of the file's bytes, hex
    decisions: Mapping[str, Decision]  # by id, in document order
    input_data: Mapping[str, InputData] = field(default_factory=dict)
    knowledge: Mapping[str, BusinessKnowledge] = field(default_factory=dict)
    services: Mapping[str, DecisionService] = field(default_factory=dict)

    def decision(self, id_or_name: str) -> Decision:
        """The decision with this id, else the only one with this name. Raises NotFound."""
        return _find(self.decisions, id_or_name, "decision")

    def service(self, id_or_name: str) -> DecisionService:
        """The decision service with this id, else the only one with this name. Raises NotFound."""
        return _find(self.services, id_or_name, "decision service")

    def evaluate(
        self,
        decision_id: str,
        inputs: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> DecisionResult:
        """Evaluate a decision (id or name) with everything that it requires.

        `inputs` holds input data by name, and any other variable that cells may name; where imported
        models have input data of equal names, a key `{namespace}name` singles one out. What cannot be
        computed is null and explained by the record's warnings. Raises NotFound, and FeelLimitError
        when the model asks for more than `limits` grant.
        """
        decision = self.decision(decision_id)
        run = Run(inputs, now, limits)
        value = _guarded(lambda: decision.value(run), limits)
        return DecisionResult(value, _record(decision, run))

    def evaluate_service(
        self,
        service_id: str,
        inputs: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> DecisionResult:
        """Call a decision service (id or name); `inputs` holds its input data and input decisions by name.

        The value is the output decision's value, or a context of values when it has several.
        """
        service = self.service(service_id)
        run = Run(inputs, now, limits)
        given = {
            node: run.fit(inputs.get(node.variable), node.type, node.id, f"The input '{node.name}'")
            for node in (*service.input_data, *service.input_decisions)
        }
        value = _guarded(lambda: service.decide(given, run), limits)
        return DecisionResult(value, _record(service, run))

    def call_knowledge(
        self,
        knowledge_id: str,
        arguments: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> DecisionResult:
        """Call a business knowledge model (id or name) with arguments by parameter name."""
        knowledge = _find(self.knowledge, knowledge_id, "business knowledge model")
        run = Run(arguments, now, limits)
        value = _guarded(lambda: knowledge.apply(arguments, run), limits)
        return DecisionResult(value, _record(knowledge, run))


def _find(nodes: Mapping[str, _N], id_or_name: str, kind: str) -> _N:
    found = nodes.get(id_or_name)
    if found is None:
        named = [node for node in nodes.values() if node.name == id_or_name]
        if len(named) != 1:
            raise NotFound(kind, id_or_name)
        found = named[0]
    return found


def _guarded(evaluate: Callable[[], Value], limits: Limits) -> Value:
    try:
        return evaluate()
    except RecursionError:
        raise FeelLimitError("call_depth", limits.call_depth) from None


def _record(node: Node, run: Run) -> DecisionRecord:
    names = node.input_names
    return DecisionRecord(
        decision=node.id,
        decision_name=node.name,
        inputs={name: value for name, value in run.inputs.items() if name in names},
        matched_rules=tuple(run.matched),
        steps=tuple(run.steps),
        warnings=tuple(run.warnings),
    )

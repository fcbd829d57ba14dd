"""What an evaluation leaves behind: the value and the record that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.values import Value, to_json


@dataclass(frozen=True)
class DecisionWarning:
    """Why something became null. Never holds a value, so it may be shown and logged."""

    element: str | None  # id of the DMN element at which it happened
    message: str


@dataclass(frozen=True)
class MatchedRules:
    """The rules of one table that matched, in the order in which the table lists them."""

    decision: str  # id of the decision or business knowledge model that holds the table
    rules: tuple[str, ...]  # rule ids; a rule without id is `#<index>`
    indexes: tuple[int, ...]  # 1-based


@dataclass(frozen=True)
class Step:
    """One node of the requirements graph that was evaluated, required nodes first."""

    kind: str  # "decision", "knowledge" (a business knowledge model was called) or "service"
    id: str
    name: str
    value: Value


@dataclass(frozen=True)
class DecisionRecord:
    """Enough to say afterwards why this value came out."""

    decision: str
    decision_name: str
    inputs: Mapping[str, Value]  # those that the decision or anything it requires refers to
    matched_rules: tuple[MatchedRules, ...]
    steps: tuple[Step, ...]
    warnings: tuple[DecisionWarning, ...]

    def to_json(self) -> dict[str, Any]:
        """JSON-able and lossless for FEEL values; a function among the values is named as such."""
        return {
            "decision": self.decision,
            "decision_name": self.decision_name,
            "inputs": {name: _value_to_json(value) for name, value in self.inputs.items()},
            "matched_rules": [
                {"decision": each.decision, "rules": list(each.rules), "indexes": list(each.indexes)}
                for each in self.matched_rules
            ],
            "steps": [
                {"kind": step.kind, "id": step.id, "name": step.name, "value": _value_to_json(step.value)}
                for step in self.steps
            ],
            "warnings": [{"element": each.element, "message": each.message} for each in self.warnings],
        }


@dataclass(frozen=True)
class DecisionResult:
    value: Value
    record: DecisionRecord


def _value_to_json(value: Value) -> Any:
    # Functions and ranges are FEEL values inside an evaluation, but no process variable may hold one.
    return to_json(_plain(value))


def _plain(value: Value) -> Value:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    try:
        to_json(value)
    except TypeError:
        return f"<{type(value).__name__.lower()}>"
    return value

"""One evaluation in progress: what it may use, what it has found, and how far it may still go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flowcase.dmn.record import DecisionWarning, MatchedRules, Step
from flowcase.dmn.types import Type, coerce
from flowcase.feel import DEFAULT, FeelLimitError, Limits
from flowcase.values import Value

MAX_WORK = 50_000  # items that boxed loops go through in one evaluation
MAX_CALLS = 20_000  # of business knowledge models, services and boxed functions in one evaluation
MAX_CALL_DEPTH = 48  # each level is a dozen Python frames
MAX_WARNINGS = 100
MAX_STEPS = 500  # that are recorded


class Run:
    """Shared by all decisions of one evaluation, and by the services and functions that they call."""

    def __init__(
        self, inputs: Mapping[str, Value], now: dt.datetime | None, limits: Limits = DEFAULT
    ) -> None:
        self.inputs = inputs
        self.now = now
        self.limits = limits
        self.given: dict[Any, Value] = {}  # graph node -> value, already evaluated or handed in
        self.warnings: list[DecisionWarning] = []
        self.matched: list[MatchedRules] = []
        self.steps: list[Step] = []
        self.owner = ""  # id of the decision or business knowledge model that is being evaluated
        self.items = 0
        self.calls = 0
        self.depth = 0

    def warn(self, element: str | None, message: str) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(DecisionWarning(element, message))

    def step(self, kind: str, id_: str, name: str, value: Value) -> None:
        if len(self.steps) < MAX_STEPS:
            self.steps.append(Step(kind, id_, name, value))

    def fit(self, value: Value, target: Type | None, element: str | None, what: str) -> Value:
        """The value converted to the type, or null with a warning that names `what` was to be typed."""
        if target is None or value is None:
            return value
        value, problem = coerce(value, target)
        if problem is not None:
            self.warn(element, f"{what} got {problem}, so it is null.")
        return value

    def work(self, items: int) -> None:
        self.items += items
        if self.items > MAX_WORK:
            raise FeelLimitError("steps", MAX_WORK)

    def enter_call(self) -> None:
        self.calls += 1
        self.depth += 1
        if self.calls > MAX_CALLS:
            raise FeelLimitError("calls", MAX_CALLS)
        if self.depth > MAX_CALL_DEPTH:
            raise FeelLimitError("call_depth", MAX_CALL_DEPTH)

    def leave_call(self) -> None:
        self.depth -= 1

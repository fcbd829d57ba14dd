"""The world outside of a story: no job of a scenario touches the network, the story answers in its place.

A job type that runs outside is answered in the order in which the story lists its answers; the last one
counts for all further jobs, and without any the job succeeds with no outputs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from flowcase.errors import BpmnError, FlowcaseError
from flowcase.handlers import Job, Registration, Side
from flowcase.scenarios.records import value_of
from flowcase.values import Value

Answers = Mapping[str, Sequence[Mapping[str, Any]]]  # by job type


class OutsideFailed(FlowcaseError):
    """A job of a story failed because the story says so."""


def answered(handlers: Mapping[str, Registration], answers: Answers) -> dict[str, Registration]:
    """The handlers, with those that run outside replaced by the answers of the story."""
    return {
        type: dataclasses.replace(registration, handle=_Answering(answers.get(type, ())))
        if registration.side is Side.OUTSIDE
        else registration
        for type, registration in handlers.items()
    }


class _Answering:
    """One job type, answered from a list."""

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        self._answers = list(answers)

    def __call__(self, job: Job, outbox: Any) -> Mapping[str, Value]:
        answer = self._answers[0] if self._answers else {}
        if len(self._answers) > 1:
            self._answers.pop(0)
        if answer.get("fails"):
            raise OutsideFailed(f"Expected job type '{job.type}' to be done, but the story lets it fail.")
        if answer.get("error"):
            raise BpmnError(answer["error"])
        return {name: value_of(value) for name, value in answer.get("values", {}).items()}

"""The world outside of a story: no job of a scenario touches the network, the story answers in its place.

A job type that runs outside is answered in the order in which the story lists its answers; the last one
counts for all further jobs, and without any the job succeeds with no outputs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from flowcase.errors import BpmnError, FlowcaseError
from flowcase.job_types import Job, Registration, Side
from flowcase.scenarios.records import value_of
from flowcase.values import Value

Answers = Mapping[str, Sequence[Mapping[str, Any]]]  # by job type


class OutsideFailed(FlowcaseError):
    """A job of a story failed because the story says so."""


class Replies:
    """What the world outside answers, and how many answers of each job type were taken."""

    def __init__(self, answers: Answers, taken: Mapping[str, int] | None = None) -> None:
        self.answers: dict[str, list[Mapping[str, Any]]] = {type: [*each] for type, each in answers.items()}
        self.taken = dict(taken or {})

    def next(self, type: str) -> Mapping[str, Any]:
        number = self.taken.get(type, 0)
        self.taken[type] = number + 1
        return self._answer(type, number)

    def ahead(self, type: str) -> Mapping[str, Any]:
        """What the next job of this type is answered."""
        return self._answer(type, self.taken.get(type, 0))

    def put(self, type: str, answer: Mapping[str, Any]) -> None:
        """The next job of this type is answered so, those after it succeed."""
        already = [self._answer(type, number) for number in range(self.taken.get(type, 0))]
        self.answers[type] = [*already, answer, {}]

    def _answer(self, type: str, number: int) -> Mapping[str, Any]:
        given = self.answers.get(type)
        return given[min(number, len(given) - 1)] if given else {}


def answered(handlers: Mapping[str, Registration], replies: Replies) -> dict[str, Registration]:
    """The handlers, with those that run outside replaced by the answers of the story."""
    return {
        type: dataclasses.replace(registration, handle=_Answering(replies))
        if registration.side is Side.OUTSIDE
        else registration
        for type, registration in handlers.items()
    }


class _Answering:
    """One job type, answered from a list."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    def __call__(self, job: Job, outbox: Any) -> Mapping[str, Value]:
        answer = self._replies.next(job.type)
        if answer.get("fails"):
            raise OutsideFailed(f"Expected job type '{job.type}' to be done, but the story lets it fail.")
        if answer.get("error"):
            raise BpmnError(answer["error"])
        return {name: value_of(value) for name, value in answer.get("values", {}).items()}

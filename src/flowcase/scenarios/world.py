"""What is true at one instant of a story: open user tasks, deadlines, facts, and everything that happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flowcase.model import Event

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase


MOST_JOBS = 100_000


@dataclass(frozen=True)
class Happened:
    """One event of the history, opened."""

    at: dt.datetime
    actor: str
    kind: str
    stream: str
    instance: str | None
    element: str | None
    event: Event

    def get(self, name: str) -> Any:
        return getattr(self.event, name, None)


class Chronicle:
    """Everything that happened so far; each event is read and opened once in a story."""

    def __init__(self, flow: Flowcase) -> None:
        self._flow = flow
        self._happened: list[Happened] = []
        self._read: dict[str, int] = {}  # stream -> number of its last event that was read

    def up_to_now(self) -> list[Happened]:
        for row in self._flow.history.everything(self._read):
            if row.event is not None:  # not erased
                self._happened.append(
                    Happened(row.at, row.actor, row.kind, row.stream, row.instance, row.element, row.event)
                )
            self._read[row.stream] = max(row.seq, self._read.get(row.stream, 0))
        return list(self._happened)


class World:
    """A look at the installation; what is asked for is read once."""

    def __init__(self, flow: Flowcase, chronicle: Chronicle) -> None:
        self._flow, self._chronicle = flow, chronicle
        self._shown: dict[str, Mapping[str, Any]] = {}

    @cached_property
    def user_tasks(self) -> list[Any]:
        return list(self._flow.user_tasks.list())

    def shown(self, row: Any) -> Mapping[str, Any]:
        """What the form of an open user task shows: facts and variables, and values it is filled in with."""
        if row.id not in self._shown:
            task = self._flow.user_tasks.get(row.id)
            self._shown[row.id] = {**task.facts, **task.prefilled}
        return self._shown[row.id]

    @cached_property
    def deadlines(self) -> list[Any]:
        return list(self._flow.deadlines.list())

    @cached_property
    def incidents(self) -> list[Any]:
        return list(self._flow.incidents.list(limit=None))

    @cached_property
    def jobs(self) -> list[Any]:
        return list(self._flow.jobs.list(limit=MOST_JOBS))

    @cached_property
    def history(self) -> list[Happened]:
        return self._chronicle.up_to_now()

    @cached_property
    def instances(self) -> Mapping[str, Any]:
        return {row.id: row for row in self._flow.instances.list(limit=None)}

    def events(self, *kinds: str) -> Iterator[Happened]:
        return (happened for happened in self.history if happened.kind in kinds)

    def facts(self, case: str) -> Mapping[str, Any] | None:
        return self._flow.cases.facts(case)

    def records(self, entity: str, case: str | None) -> list[Any]:
        return self._flow.cases.records(entity, case=case)

    def process_of(self, happened: Happened) -> str | None:
        row = self.instances.get(happened.instance or "")
        return row.process if row is not None else None

    def case_of(self, happened: Happened) -> str | None:
        """The case an event concerns: what it says itself, else its variables, its stream, its instance."""
        said = happened.get("case") or happened.get("case_code")
        if said:
            return said
        if happened.stream.startswith("case:"):
            return happened.stream.removeprefix("case:")
        row = self.instances.get(happened.instance or "")
        return row.case_code if row is not None else None

    def deadline(self, id: str | None) -> Any:
        return next((row for row in self.deadlines if row.id == id), None)

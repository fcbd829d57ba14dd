"""Incidents that say otherwise than the history: what stopped an instance, and who said that it goes on.

Who took such a row away, or called it resolved, would let an instance stand still and nobody be told. No
event names an incident by its id: those of an instance are compared by all that they say.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field

from flowcase.history.heard import NOT_TOLD, Heard
from flowcase.model import (
    IncidentRaised,
    IncidentResolved,
    InstanceCancelled,
    InstanceCompleted,
    InstanceFailed,
    InstanceMigrated,
)
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept_states as as_kept

_ENDS = (InstanceCompleted, InstanceCancelled, InstanceFailed)
_EVENTS = (IncidentRaised, IncidentResolved, InstanceMigrated, *_ENDS)
KINDS = tuple(each.__name__ for each in _EVENTS)


@dataclass
class Incident:
    stream: str
    process: str
    case_code: str | None
    element: str
    element_instance: str
    kind: str
    message: str
    raised_at: dt.datetime
    status: str = "open"
    resolved_at: dt.datetime | None = None
    resolved_by: str | None = None


@dataclass
class Incidents:
    """Those of the instances that are looked at just now."""

    kept: dict[str, list[tuple[str, Incident]]] = field(default_factory=dict)  # id and row, by instance
    told: dict[str, list[Incident]] = field(default_factory=dict)
    found: list[tuple[str, str, str]] = field(default_factory=list)

    def look_at(self, tx: Tx, instances: Sequence[str]) -> None:
        self.kept.clear()
        for row in as_kept.incidents(tx, instances):
            kept = Incident(**{name: getattr(row, name) for name in Incident.__dataclass_fields__})
            self.kept.setdefault(row.instance, []).append((row.id, kept))

    def hear(self, heard: Heard) -> None:
        event, instance = heard.event, str(heard.instance)
        if isinstance(event, IncidentRaised):
            raised = Incident(
                stream=heard.stream,
                process=heard.flow.process,
                case_code=heard.flow.case_code,
                element=event.element,
                element_instance=event.element_instance,
                kind=str(event.kind),
                message=event.message,
                raised_at=heard.at,
            )
            self.told.setdefault(instance, []).append(raised)
        elif instance in self.told and isinstance(event, _EVENTS):
            for each in self.told[instance]:
                if each.status == "open":
                    self._change(each, event, heard)

    def _change(self, incident: Incident, event: object, heard: Heard) -> None:
        if isinstance(event, InstanceMigrated):
            incident.element = event.elements.get(incident.element_instance, incident.element)
        elif not isinstance(event, IncidentResolved) or event.element_instance == incident.element_instance:
            incident.status, incident.resolved_at, incident.resolved_by = "resolved", heard.at, heard.actor

    def compare(self, instances: Iterable[str]) -> None:
        """All that is told of these was heard."""
        for instance in instances:
            kept, told = self.kept.get(instance, ()), self.told.get(instance, ())
            left = Counter(astuple(each) for each in told)
            for id, row in kept:
                if told and told[0].case_code is NOT_TOLD:
                    row.case_code = NOT_TOLD
                if left[astuple(row)]:
                    left[astuple(row)] -= 1
                else:
                    self.found.append(("incident", id, "is not what the history tells"))
            if len(told) > len(kept):
                self.found.append(("instance", instance, "an incident of it is gone"))
        self.told.clear()

    def altered(self) -> Iterator[AlteredRow]:
        for each in sorted(self.found):
            yield AlteredRow(*each)

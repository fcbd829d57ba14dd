"""Whether what happened in an instance is what is drawn: its events replayed on its diagram.

A token must stand on an incoming sequence flow before an element is entered. Where none did, somebody or
something moved it: an operator who put the instance back, a migration, or a history that is not whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flowcase.history.moment import Event
from flowcase.modeling.definition import Element, ElementKind

_BEGINS_ITSELF = {ElementKind.BOUNDARY_EVENT, ElementKind.START_EVENT, ElementKind.EVENT_SUB_PROCESS}
_JOINS = {ElementKind.PARALLEL_GATEWAY, ElementKind.INCLUSIVE_GATEWAY}
_INTERVENTIONS = ("InterventionMade", "InstanceSuspended", "InstanceResumed", "InstanceMigrated")


# Elements of a version, and to which element each of its sequence flows leads.
Drawn = tuple[Mapping[str, Element], Mapping[str, str]]


@dataclass(frozen=True)
class Deviation:
    """Something that the diagram does not say."""

    at: dt.datetime
    who: str
    what: str  # unknown_element, unknown_flow, jumped, cut_off, intervention
    element: str
    kind: str = ""  # of the event that an intervention left
    act: str = ""  # its code
    versions: tuple[str, str] | None = None  # of a move: from which definition to which
    reason: str | None = ""  # None: there is one, and it is left out


def deviations(events: Sequence[Event], drawn: Callable[[str], Drawn], definition: str) -> list[Deviation]:
    """In the order in which they happened; `definition` is the version that the instance has now."""
    moves = [row.event for row in events if row.kind == "InstanceMigrated" and row.event is not None]
    elements, flows = drawn(moves[0].source if moves else definition)
    found: list[Deviation] = []
    waiting: Counter[str] = Counter()  # tokens on the way to an element
    inside: set[str] = set()  # element instances that were entered and not left
    for row in events:
        event, who = row.event, getattr(row, "actor", "")
        if event is None:
            continue
        if row.kind == "InstanceMigrated":
            elements, flows = drawn(event.target)
            waiting = Counter({event.mapping.get(id, id): count for id, count in waiting.items()})
        if row.kind == "FlowTaken":
            if event.flow in flows:
                waiting[flows[event.flow]] += 1
            else:
                found.append(Deviation(row.at, who, "unknown_flow", event.flow))
        elif row.kind == "ElementEntered":
            at_element = elements.get(event.element)
            if at_element is None:
                found.append(Deviation(row.at, who, "unknown_element", event.element))
            elif not _was_due(at_element, event, waiting):
                found.append(Deviation(row.at, who, "jumped", event.element))
            inside.add(event.element_instance)
        elif row.kind in ("ElementCompleted", "ElementCancelled"):
            if event.element_instance not in inside:
                found.append(Deviation(row.at, who, "cut_off", event.element))
            inside.discard(event.element_instance)
        elif row.kind in _INTERVENTIONS:
            found.append(
                Deviation(
                    row.at,
                    who,
                    "intervention",
                    "",
                    kind=row.kind,
                    act=getattr(event, "act", ""),
                    versions=(event.source, event.target) if row.kind == "InstanceMigrated" else None,
                    reason=getattr(event, "reason", ""),
                )
            )
    return found


def _was_due(drawn: Element, event: object, waiting: Counter[str]) -> bool:
    """Whether a token was on its way here; it is used up by that."""
    if getattr(event, "loop_counter", None) is not None or drawn.kind in _BEGINS_ITSELF or not drawn.incoming:
        return True
    if waiting[drawn.id] > 0:
        waiting[drawn.id] = 0 if drawn.kind in _JOINS else waiting[drawn.id] - 1
        return True
    return False

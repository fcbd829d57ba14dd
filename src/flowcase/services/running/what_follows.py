"""What completing a user task leads to, read from its diagram: the next person, wait, flow or end.

Where a gateway stands between, the branches are told instead of guessed: what is decided then may depend
on more than this form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from flowcase.modeling.definition import Element, ElementKind, MultiInstance, ProcessDefinition

MOST = 100  # ways that are followed; a page tells of those to the same place once


class Way(StrEnum):
    USER_TASK = "user_task"
    WAIT = "wait"
    FLOW = "flow"  # another process begins
    END = "end"


@dataclass(frozen=True)
class Following:
    """One way on from here."""

    way: Way
    name: str
    groups: tuple[str, ...] = ()  # of a user task: whom the diagram offers it to
    lane: str = ""
    is_caseworkers: bool = False
    branches: tuple[str, ...] = ()  # labels of the branches that lead there; empty: it comes in any case
    is_same: bool = False  # the user task that is being completed comes again


_WAITS = (ElementKind.INTERMEDIATE_CATCH_EVENT, ElementKind.RECEIVE_TASK, ElementKind.EVENT_BASED_GATEWAY)
_DECIDES = (ElementKind.EXCLUSIVE_GATEWAY, ElementKind.INCLUSIVE_GATEWAY)


def following(definition: ProcessDefinition, element: str) -> tuple[Following, ...]:
    """The next stops behind an element, each once; nothing for an element that the diagram lacks."""
    begun = definition.elements.get(element)
    if begun is None:
        return ()
    found: dict[tuple[Way, str, tuple[str, ...]], Following] = {}
    for each in _behind(definition, begun, (), set(), element):
        found.setdefault((each.way, each.name, each.branches), each)
    return tuple(found.values())[:MOST]


def waits_for_others(definition: ProcessDefinition, element: str) -> bool:
    """Whether it is one of several of its kind, and the flow goes on when all are done."""
    found = definition.elements.get(element)
    while found is not None:
        if isinstance(found.loop, MultiInstance):
            return True
        found = definition.elements.get(found.parent) if found.parent else None
    return False


def _behind(
    definition: ProcessDefinition, element: Element, branches: tuple[str, ...], seen: set[str], begun: str
) -> Iterator[Following]:
    if not element.outgoing and element.parent:
        parent = definition.elements[element.parent]
        if parent.kind is ElementKind.SUB_PROCESS and f"after {parent.id}" not in seen:
            seen.add(f"after {parent.id}")
            yield from _behind(definition, parent, branches, seen, begun)
        return
    decides = element.kind in _DECIDES and len(element.outgoing) > 1
    for id in element.outgoing:
        flow = definition.flows[id]
        label = flow.name or definition.elements[flow.target].name
        if element.name.endswith("?") and label:
            label = _answered(element.name, label)
        is_always = flow.condition is not None and flow.condition.text.strip("= ") == "true"
        taken = (*branches, label) if decides and label and not is_always else branches
        yield from _at(definition, definition.elements[flow.target], taken, seen, begun)


def _answered(question: str, answer: str) -> str:
    """A question of one word reads as a heading (`Hvorhen: dagsmødet`), a longer one as it stands."""
    if " " in question.strip():
        return f"{question} {answer}"
    return f"{question.rstrip('? ')}: {answer}"


def _at(
    definition: ProcessDefinition, element: Element, branches: tuple[str, ...], seen: set[str], begun: str
) -> Iterator[Following]:
    key = f"{element.id}|{'|'.join(branches)}"
    if key in seen or len(seen) > 200:
        return
    seen.add(key)
    if element.kind is ElementKind.USER_TASK:
        yield _user_task(element, branches, begun)
    elif element.kind in _WAITS:
        yield Following(Way.WAIT, element.name or _waited_for(definition, element), branches=branches)
    elif element.kind is ElementKind.CALL_ACTIVITY:
        yield Following(Way.FLOW, element.name, branches=branches)
    elif element.kind is ElementKind.END_EVENT and element.parent is None:
        yield Following(Way.END, element.name, branches=branches)
    elif element.kind is ElementKind.SUB_PROCESS:
        inside = [each for each in definition.children(element.id) if each.kind is ElementKind.START_EVENT]
        for start in inside:
            yield from _behind(definition, start, branches, seen, begun)
        if not inside:
            yield from _behind(definition, element, branches, seen, begun)
    else:
        yield from _behind(definition, element, branches, seen, begun)


def _user_task(element: Element, branches: tuple[str, ...], begun: str) -> Following:
    asked = element.user_task
    groups: tuple[str, ...] = ()
    is_caseworkers = False
    if asked is not None:
        offered = asked.candidate_groups
        if offered is not None and offered.is_static:
            groups = tuple(name.strip() for name in offered.text.split(",") if name.strip())
        is_caseworkers = asked.assignee is not None and "sagsbehandler" in asked.assignee.text
    return Following(
        Way.USER_TASK, element.name, groups, element.lane or "", is_caseworkers, branches, element.id == begun
    )


def _waited_for(definition: ProcessDefinition, element: Element) -> str:
    """What an event-based gateway waits for."""
    targets = (definition.elements[definition.flows[id].target] for id in element.outgoing)
    return " / ".join(target.name for target in targets if target.name)

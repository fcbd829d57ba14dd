"""What completing a user task leads to, read from its diagram: the next person, wait, flow or end.

Where a gateway stands between, the branches are told instead of guessed: what is decided then may depend
on more than this form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MultiInstance,
    ProcessDefinition,
    TerminateEvent,
)

MOST = 100  # ways that are followed; a page tells of those to the same place once


class Way(StrEnum):
    USER_TASK = "user_task"
    WAIT = "wait"
    FLOW = "flow"  # another process begins
    END = "end"
    PART_END = "part_end"  # of this branch, while others of the process may go on


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
    is_after_others: bool = False  # only when what runs beside this user task has ended, too


_WAITS = (ElementKind.INTERMEDIATE_CATCH_EVENT, ElementKind.RECEIVE_TASK, ElementKind.EVENT_BASED_GATEWAY)
_DECIDES = (ElementKind.EXCLUSIVE_GATEWAY, ElementKind.INCLUSIVE_GATEWAY)
_JOINS = (ElementKind.PARALLEL_GATEWAY, ElementKind.INCLUSIVE_GATEWAY)
_CHOOSES_ONE = (ElementKind.EXCLUSIVE_GATEWAY, ElementKind.EVENT_BASED_GATEWAY)
_TAKES_TIME = (
    ElementKind.USER_TASK,
    ElementKind.CALL_ACTIVITY,
    ElementKind.SERVICE_TASK,
    ElementKind.SEND_TASK,
    ElementKind.SUB_PROCESS,
    *_WAITS,
)


@dataclass(frozen=True)
class _Walk:
    """Where the ways begin, and what runs beside it."""

    definition: ProcessDefinition
    begun: str
    seen: set[str]
    # Scopes around it (a sub-process, None for the process) where a branch that it is not on runs beside it.
    shared: frozenset[str | None]


def following(definition: ProcessDefinition, element: str) -> tuple[Following, ...]:
    """The next stops behind an element, each once; nothing for an element that the diagram lacks."""
    begun = definition.elements.get(element)
    if begun is None:
        return ()
    walk = _Walk(definition, element, set(), _shared_scopes(definition, begun))
    found: dict[tuple[Way, str, tuple[str, ...]], Following] = {}
    for each in _behind(walk, begun, (), False):
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


def _shared_scopes(definition: ProcessDefinition, element: Element) -> frozenset[str | None]:
    found: set[str | None] = set()
    here: Element | None = element
    while here is not None:
        if _runs_beside(definition, here):
            found.add(here.parent)
        here = definition.elements.get(here.parent) if here.parent else None
    return frozenset(found)


def _runs_beside(definition: ProcessDefinition, element: Element) -> bool:
    """Whether a split in its scope leads to it by one branch, and by another to work that does not."""
    for split in definition.elements.values():
        if split.parent != element.parent or split.kind in _CHOOSES_ONE or len(split.outgoing) < 2:
            continue
        branches = [_reached(definition, definition.flows[id].target) for id in split.outgoing]
        leading = [branch for branch in branches if element.id in branch]
        if leading and any(
            element.id not in branch and any(definition.elements[id].kind in _TAKES_TIME for id in branch)
            for branch in branches
        ):
            return True
    return False


def _reached(definition: ProcessDefinition, begun: str) -> set[str]:
    """The element and all behind it in its scope."""
    found, ahead = {begun}, [begun]
    while ahead:
        for id in definition.elements[ahead.pop()].outgoing:
            target = definition.flows[id].target
            if target not in found:
                found.add(target)
                ahead.append(target)
    return found


def _behind(
    walk: _Walk, element: Element, branches: tuple[str, ...], is_after_others: bool
) -> Iterator[Following]:
    definition = walk.definition
    if not element.outgoing and element.parent:
        parent = definition.elements[element.parent]
        if parent.kind is ElementKind.SUB_PROCESS and f"after {parent.id}" not in walk.seen:
            walk.seen.add(f"after {parent.id}")
            waits = parent.id in walk.shared and not isinstance(element.event, TerminateEvent)
            yield from _behind(walk, parent, branches, is_after_others or waits)
        return
    decides = element.kind in _DECIDES and len(element.outgoing) > 1
    for id in element.outgoing:
        flow = definition.flows[id]
        label = flow.name or definition.elements[flow.target].name
        if element.name.endswith("?") and label:
            label = _answered(element.name, label)
        is_always = flow.condition is not None and flow.condition.text.strip("= ") == "true"
        taken = (*branches, label) if decides and label and not is_always else branches
        yield from _at(walk, definition.elements[flow.target], taken, is_after_others)


def _answered(question: str, answer: str) -> str:
    """A question of one word reads as a heading (`Hvorhen: dagsmødet`), a longer one as it stands."""
    if " " in question.strip():
        return f"{question} {answer}"
    return f"{question.rstrip('? ')}: {answer}"


def _at(
    walk: _Walk, element: Element, branches: tuple[str, ...], is_after_others: bool
) -> Iterator[Following]:
    key = f"{element.id}|{'|'.join(branches)}"
    if key in walk.seen or len(walk.seen) > 200:
        return
    walk.seen.add(key)
    definition, after = walk.definition, is_after_others
    if element.kind is ElementKind.USER_TASK:
        yield _user_task(element, branches, walk.begun, after)
    elif element.kind in _WAITS:
        name = element.name or _waited_for(definition, element)
        yield Following(Way.WAIT, name, branches=branches, is_after_others=after)
    elif element.kind is ElementKind.CALL_ACTIVITY:
        yield Following(Way.FLOW, element.name, branches=branches, is_after_others=after)
    elif element.kind is ElementKind.END_EVENT and element.parent is None:
        is_part = None in walk.shared and not after and not isinstance(element.event, TerminateEvent)
        way = Way.PART_END if is_part else Way.END
        yield Following(way, element.name, branches=branches, is_after_others=after)
    elif element.kind is ElementKind.SUB_PROCESS:
        inside = [each for each in definition.children(element.id) if each.kind is ElementKind.START_EVENT]
        for start in inside:
            yield from _behind(walk, start, branches, after)
        if not inside:
            yield from _behind(walk, element, branches, after)
    else:
        joins = element.kind in _JOINS and len(element.incoming) > 1 and element.parent in walk.shared
        yield from _behind(walk, element, branches, after or joins)


def _user_task(element: Element, branches: tuple[str, ...], begun: str, is_after_others: bool) -> Following:
    asked = element.user_task
    groups: tuple[str, ...] = ()
    is_caseworkers = False
    if asked is not None:
        offered = asked.candidate_groups
        if offered is not None and offered.is_static:
            groups = tuple(name.strip() for name in offered.text.split(",") if name.strip())
        is_caseworkers = asked.assignee is not None and "sagsbehandler" in asked.assignee.text
    return Following(
        Way.USER_TASK,
        element.name,
        groups,
        element.lane or "",
        is_caseworkers,
        branches,
        element.id == begun,
        is_after_others,
    )


def _waited_for(definition: ProcessDefinition, element: Element) -> str:
    """What an event-based gateway waits for."""
    targets = (definition.elements[definition.flows[id].target] for id in element.outgoing)
    return " / ".join(target.name for target in targets if target.name)

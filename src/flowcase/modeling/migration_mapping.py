"""Which element of a new version takes over from which of the old one: a proposal, and what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MultiInstance,
    ProcessDefinition,
)

# Kinds that hand their work over to others in the same way.
_JOBS = "job"


@dataclass(frozen=True)
class Misfit:
    """Why one pair of a mapping cannot work. `code` is a stable name; `detail` what it is about."""

    source: str
    target: str
    code: str
    detail: str = ""


def propose(old: ProcessDefinition, new: ProcessDefinition) -> dict[str, str]:
    """New element by old one: by id, then by name and structure. What finds nothing is left out.

    Enclosing sub-processes are matched before what is inside them, activities before what is attached.
    """
    found: dict[str, str] = {}
    for id, element in old.elements.items():
        other = new.elements.get(id)
        if other is not None and alike(element, other):
            found[id] = id
    while True:
        taken = set(found.values())
        pairs: dict[str, str] = {}
        for id, element in old.elements.items():
            if id in found:
                continue
            candidates = [
                other
                for other in new.elements.values()
                if other.id not in taken
                and other.id not in old.elements
                and alike(element, other)
                and _place(element, found) == (other.parent, other.attached_to)
            ]
            best = _best(element, candidates, old, new, found)
            if best is not None and best.id not in pairs.values():
                pairs[id] = best.id
        if not pairs:
            return {id: found[id] for id in old.elements if id in found}
        found.update(pairs)


def misfits(old: ProcessDefinition, new: ProcessDefinition, mapping: Mapping[str, str]) -> list[Misfit]:
    """Every pair of a mapping that no instance could follow, whatever it is waiting for."""
    wrong = []
    for source, target in mapping.items():
        before, after = old.elements.get(source), new.elements.get(target)
        if before is None:
            wrong.append(Misfit(source, target, "unknown_source"))
        elif after is None:
            wrong.append(Misfit(source, target, "unknown_target"))
        elif (why := difference(before, after)) is not None:
            wrong.append(Misfit(source, target, why, after.kind.value))
    return wrong


def alike(before: Element, after: Element) -> bool:
    """Whether a token in one could as well be in the other."""
    return difference(before, after) is None


def difference(before: Element, after: Element) -> str | None:
    """What forbids that one takes over from the other; None when nothing does."""
    if _kind(before) != _kind(after):
        return "other_kind"
    if type(before.event or before.message) is not type(after.event or after.message):
        return "other_event"
    if _loop(before) != _loop(after):
        return "other_loop"
    return None


def _kind(element: Element) -> str:
    if element.job is not None and element.kind is not ElementKind.USER_TASK:
        return _JOBS
    return element.kind.value


def _loop(element: Element) -> str:
    if element.loop is None:
        return "none"
    if isinstance(element.loop, MultiInstance):
        return "sequential" if element.loop.is_sequential else "parallel"
    return "loop"


def _place(element: Element, found: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Where its counterpart must lie; a place that has no counterpart itself fits nothing."""
    parent = None if element.parent is None else found.get(element.parent, "")
    host = None if element.attached_to is None else found.get(element.attached_to, "")
    return parent, host


def _best(
    element: Element,
    candidates: list[Element],
    old: ProcessDefinition,
    new: ProcessDefinition,
    found: Mapping[str, str],
) -> Element | None:
    """The only one of that name; else the only one between the same neighbours or with the same work."""
    if element.name:
        same = [other for other in candidates if other.name == element.name]
        if len(same) == 1:
            return same[0]
    for fits in (
        lambda other: _work(other) is not None and _work(other) == _work(element),
        lambda other: _between(element, other, old, new, found),
        lambda other: element.attached_to is not None and other.event == element.event,
    ):
        same = [other for other in candidates if fits(other)]
        if len(same) == 1:
            return same[0]
    return None


def _work(element: Element) -> object | None:
    if element.user_task is not None:
        return element.user_task.form_id
    return element.job or element.call or element.decision or element.message


def _between(
    before: Element,
    after: Element,
    old: ProcessDefinition,
    new: ProcessDefinition,
    found: Mapping[str, str],
) -> bool:
    if not (before.incoming or before.outgoing):
        return False
    came = {found.get(old.flows[flow].source) for flow in before.incoming}
    goes = {found.get(old.flows[flow].target) for flow in before.outgoing}
    return (
        None not in came | goes
        and came == {new.flows[flow].source for flow in after.incoming}
        and goes == {new.flows[flow].target for flow in after.outgoing}
    )


__all__ = ["Misfit", "alike", "difference", "misfits", "propose"]

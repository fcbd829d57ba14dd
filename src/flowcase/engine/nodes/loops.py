"""Multi-instance and standard loops: a body that holds one token per instance of its activity.

Body and instances are tokens of the same node; an instance carries its `index`. Boundary events belong to
the body, mappings to the instances.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.engine.stuck import Stuck, wrong_value
from flowcase.model import IncidentKind
from flowcase.modeling.definition import MultiInstance, StandardLoop
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.engine.step import Step
    from flowcase.engine.tokens import Token

MAX_INSTANCES = 5_000  # of one multi-instance activity
_PATH = re.compile(r"\s*(?P<first>[^\W\d]\w*)(?:\.\w+)*\s*")


def kind(body: Token) -> str:
    """What the history calls the body, apart from its instances."""
    return (
        "multiInstanceBody" if isinstance(body.task_spec.element.loop, MultiInstance) else "standardLoopBody"
    )


def prepare(step: Step, body: Token) -> None:
    """Evaluate the input collection once, and lay out the output collection."""
    loop = body.task_spec.element.loop
    if not isinstance(loop, MultiInstance):
        return
    what = f"the input collection of '{body.task_spec.id}'"
    items = step.value(loop.input_collection, body, what)
    if not isinstance(items, (list, tuple)):
        raise wrong_value(
            what, "a list", items, loop.input_collection.text, step.undefined(loop.input_collection, body)
        )
    if len(items) > MAX_INSTANCES:
        raise Stuck(
            IncidentKind.EXPRESSION_FAILED,
            f"Expected {what} to have at most {MAX_INSTANCES} items, but it has {len(items)}.",
        )
    body.notes.update(items=list(items), completed=0)
    if loop.output_collection:
        step.set_local(body, {loop.output_collection: [None] * len(items)})


def activate(step: Step, body: Token) -> bool:
    """Start all instances, or the first one. True when there are none."""
    loop = body.task_spec.element.loop
    if isinstance(loop, StandardLoop):
        body.notes["completed"] = 0
        if loop.maximum is not None and loop.maximum <= 0:
            return True
        if loop.test_before and not _goes_on(step, loop, body, 0):
            return True
        _start(step, body, 0)
        return False
    assert isinstance(loop, MultiInstance)
    count = len(body.notes["items"])
    if count == 0:
        body.results = _collected(step, body)
        return True
    for index in range(1 if loop.is_sequential else count):
        _start(step, body, index)
    return False


def define_loop_variables(step: Step, token: Token) -> None:
    """An instance has its own `loopCounter`, its item, and a place for its output."""
    if "index" not in token.notes:
        return
    index = int(token.notes["index"])
    local: dict[str, Value] = {"loopCounter": Decimal(index + 1)}
    loop = token.task_spec.element.loop
    if isinstance(loop, MultiInstance):
        body = token.enclosing
        if loop.output_element and (path := _PATH.fullmatch(loop.output_element.text)):
            local[path["first"]] = None
        if loop.input_element:
            local[loop.input_element] = body.notes["items"][index]
    step.set_local(token, local)


def collect(step: Step, token: Token) -> None:
    """An instance is about to complete: take its output, and see whether it is the last one."""
    loop = token.task_spec.element.loop
    body = token.enclosing
    completed = int(body.notes["completed"]) + 1
    if isinstance(loop, StandardLoop):
        at_maximum = loop.maximum is not None and completed >= loop.maximum
        token.notes["last"] = at_maximum or not _goes_on(step, loop, token, completed)
        return
    assert isinstance(loop, MultiInstance)
    if loop.output_collection and loop.output_element:
        value = step.value(loop.output_element, token, f"the output element of '{token.task_spec.id}'")
        output = _places(step, body, loop.output_collection, index := int(token.notes["index"]))
        output[index] = value
        step.state.variable_scopes.set_local(body.key, {loop.output_collection: output})
    count = len(body.notes["items"])
    is_last = completed == count
    if loop.completion_condition and not is_last:
        active = len(step.tree.members[body.key]) - 1
        counts: Mapping[str, Value] = {
            "numberOfInstances": Decimal(count),
            "numberOfActiveInstances": Decimal(active),
            "numberOfCompletedInstances": Decimal(completed),
            "numberOfTerminatedInstances": Decimal(0),
        }
        what = f"the completion condition of '{token.task_spec.id}'"
        is_last = step.is_true(loop.completion_condition, token, what, extra=counts)
    token.notes["last"] = is_last


def _places(step: Step, body: Token, name: str, index: int) -> list[Value]:
    """The list that is being collected. Raises Stuck when something inside has written over it."""
    collected = step.state.variable_scopes.local(body.key)[name]
    if isinstance(collected, (list, tuple)) and index < len(collected):
        return list(collected)
    raise Stuck(
        IncidentKind.EXPRESSION_FAILED,
        f"Expected the output collection '{name}' of '{body.task_spec.id}' to have a place for item "
        f"{index + 1}, but another element has written to the same name.",
    )


def instance_completed(step: Step, body: Token, token: Token) -> None:
    """Start the next instance, or end the body; instances that still run end with it."""
    loop = body.task_spec.element.loop
    body.notes["completed"] = int(body.notes["completed"]) + 1
    if token.notes["last"]:
        step.cancel_inside(body)
        step.complete(body, _collected(step, body))
    elif not isinstance(loop, MultiInstance) or loop.is_sequential:
        _start(step, body, int(token.notes["index"]) + 1)


def _start(step: Step, body: Token, index: int) -> None:
    token = step.tree.spawn(body.task_spec, body, index=index)
    token.task_spec._update(token)


def _collected(step: Step, body: Token) -> dict[str, Value]:
    loop = body.task_spec.element.loop
    if isinstance(loop, MultiInstance) and loop.output_collection:
        return {loop.output_collection: step.state.variable_scopes.local(body.key)[loop.output_collection]}
    return {}


def _goes_on(step: Step, loop: StandardLoop, token: Token, completed: int) -> bool:
    if loop.condition is None:
        return True
    return step.is_true(
        loop.condition,
        token,
        f"the loop condition of '{token.task_spec.id}'",
        extra={"loopCounter": Decimal(completed)},
    )

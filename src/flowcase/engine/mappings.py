"""Drawn input and output mappings, and where results without a mapping go (Camunda 8's rules)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.engine.variables import put
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.engine.step import Step
    from flowcase.engine.tokens import Token


def apply_inputs(step: Step, token: Token) -> None:
    """Each input becomes a local variable of the element; later ones see earlier ones."""
    element = token.task_spec.element
    if element is None or not element.inputs:
        return
    local: dict[str, Value] = {}
    for mapping in element.inputs:
        value = step.value(mapping.source, token, f"the input '{mapping.target}'", extra=local)
        put(local, mapping.target, value)
    step.set_local(token, local)
    token.notes["mapped"] = list(local)


def apply_results(step: Step, token: Token) -> None:
    """Results stay local when an output mapping picks from them, else they go to whoever defines the name."""
    handed_in, token.results = token.results, None
    if handed_in is None:
        return
    node = token.task_spec
    if token.is_body:
        step.propagate(token, handed_in, from_parent=True)
        return
    results = node.results(step, token, handed_in)
    if not results:
        return
    element = node.element
    if element is not None and element.outputs:
        step.set_local(token, results)
    else:
        step.propagate(token, results)


def apply_outputs(step: Step, token: Token) -> None:
    """Each output is evaluated at the element and written around it; later ones see earlier ones."""
    element = token.task_spec.element
    if element is None or not element.outputs or token.is_body:
        return
    outer = step.chain(token)[1:]
    written: dict[str, Value] = {}
    for mapping in element.outputs:
        value = step.value(mapping.source, token, f"the output '{mapping.target}'", extra=written)
        name = mapping.target.split(".")[0]
        put(written, mapping.target, value, existing=step.state.variable_scopes.find(outer, name)[1])
    step.propagate(token, written, from_parent=True)


def inputs_of(step: Step, token: Token) -> dict[str, Value]:
    """With input mappings exactly what is mapped, without them everything visible."""
    if "mapped" in token.notes:
        local = step.state.variable_scopes.local(token.key)
        return {name: local[name] for name in token.notes["mapped"]}
    return step.visible(token)


def mapped_only(step: Step, token: Token) -> dict[str, Value]:
    """What a thrown event takes along: nothing but what is mapped."""
    return inputs_of(step, token) if "mapped" in token.notes else {}


def plain_number(value: int | Decimal) -> str:
    """A number as people write it: 7, not 7.0 or 7E+0."""
    number = Decimal(value)
    return str(int(number)) if number == number.to_integral_value() else format(number.normalize(), "f")

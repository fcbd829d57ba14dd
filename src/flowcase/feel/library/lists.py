"""List functions (DMN 1.5, section 10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal

from flowcase.feel import operators
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import Run
from flowcase.values import Value


@builtin("list contains(list: list, element: any)")
def _list_contains(run: Run, items: list, element: Value) -> bool:
    run.charge(len(items))
    return any(operators.equal(item, element, run) is True for item in items)


@builtin("count(list: list)")
def _count(run: Run, items: list) -> Decimal:
    return Decimal(len(items))

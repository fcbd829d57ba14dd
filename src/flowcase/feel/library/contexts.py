"""Context functions (DMN 1.5, section 10.3.4.10) and logic (10.3.4.2)."""

from __future__ import annotations

from flowcase.feel.functions import builtin
from flowcase.feel.runtime import Run


@builtin("not(negand: any)")
def _not(run: Run, value: object) -> bool | None:
    return not value if type(value) is bool else None

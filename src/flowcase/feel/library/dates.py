"""Date and time functions (DMN 1.5, sections 10.3.4.8 and 10.3.4.11)."""

from __future__ import annotations

import datetime as dt

from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import DEFAULT_ZONE, Run


@builtin("now()")
def _now(run: Run) -> dt.datetime:
    return local_now(run)


@builtin("today()")
def _today(run: Run) -> dt.date:
    return local_now(run).date()


def local_now(run: Run) -> dt.datetime:
    """The evaluation's instant: in its own IANA zone, else in the zone of the municipality."""
    if run.now is None:
        raise NullResult("this evaluation was given no present time")
    if run.now.tzinfo is None or hasattr(run.now.tzinfo, "key"):
        return run.now
    return run.now.astimezone(DEFAULT_ZONE)

"""Measuring section by section: one that fails or hangs is said as such, and takes nothing with it."""

from __future__ import annotations

import contextlib
import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from benchmarks.measuring import Measured

SECONDS = 300.0  # that one section may take
_Place = TypeVar("_Place")


class TooLong(BaseException):
    """A section is still not done. No Exception: nothing that it measures may catch it and go on."""


def measured(
    section: str, what: str, report: Callable[[], Iterable[Measured]], *, seconds: float = SECONDS
) -> Iterator[Measured]:
    """What the section finds; where it fails, a line that says why stands behind what it had found."""
    until = time.monotonic() + seconds
    try:
        with stopped_at(until):
            lines = iter(report())
        while True:
            with stopped_at(until):
                line = next(lines, None)
            if line is None:
                return
            yield line
    except (Exception, TooLong) as error:
        traceback.print_exc()
        yield failed(section, what, error)


def next_or_told(places: Iterator[_Place]) -> Generator[Measured, None, _Place | None]:
    """The next database that is measured; None behind the last one, and where one cannot be had."""
    try:
        return next(places, None)
    except Exception as error:
        traceback.print_exc()
        yield failed("all", "a database to measure on", error)
        return None


def failed(section: str, what: str, error: BaseException) -> Measured:
    said = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    return Measured(section, what, 0.0, "", failed=said[:200])


@contextlib.contextmanager
def stopped_at(until: float) -> Iterator[None]:
    """Raises TooLong inside when the time is up."""

    def stop(*_: Any) -> None:
        raise TooLong("it was not done in time")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(until - time.monotonic(), 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

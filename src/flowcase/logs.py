"""What a process logs: JSON lines on standard error, codes and places, never words about a person."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog

# Says each second that a tick still runs, which is how slow work is meant to be passed.
_TALKATIVE = ("apscheduler",)


def begin() -> None:
    """From now on whatever is logged here, by us or by a library, is one JSON line on standard error.

    Nothing is changed where somebody has taken standard error over, as a test does.
    """
    if sys.stderr is not sys.__stderr__:
        return
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,  # which request or piece of work it belongs to
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _fault,
    ]
    structlog.configure(
        processors=[*first, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def about(**ids: str) -> Iterator[None]:
    """Within, every line says which work it belongs to, a library's lines too: ids alone, never words."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def begin_request(id: str) -> None:
    """From now on every line of this thread says so, until another request begins or this one ends."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=id)


def end_request() -> None:
    structlog.contextvars.clear_contextvars()


def _fault(_: Any, __: str, event: Any) -> Any:
    """Kind and places of an exception; its text may hold what somebody wrote."""
    raised = event.pop("exc_info", None)
    if raised:
        error = raised if isinstance(raised, BaseException) else _present(raised)
        if error is not None:
            event["fault"] = "\n".join(_places(error))
    return event


def _present(raised: Any) -> BaseException | None:
    found: BaseException | None = raised[1] if isinstance(raised, tuple) else sys.exc_info()[1]
    return found


def _places(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_places(cause), "which led to"] if cause is not None else []
    lines.append("Traceback (most recent call last)")
    lines += [
        f'File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return [*lines, f"{type(error).__module__}.{type(error).__qualname__}"]

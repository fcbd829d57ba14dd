"""What is heard of the history when rows are told anew from it, and what it may leave open."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Any, NamedTuple

from flowcase.model import Event

Subject = tuple[str, str]  # sort and id of a row
CASE_STREAM = "case:"  # its name goes on with the case's code


class _Mark(Enum):
    NOT_TOLD = "no event holds it: an older release wrote them"
    GONE = "its row was taken away by an event"


NOT_TOLD: Any = _Mark.NOT_TOLD
GONE: Any = _Mark.GONE


class Flow(NamedTuple):
    """What the rows of an instance repeat of it; each may be NOT_TOLD."""

    process: Any = NOT_TOLD
    definition: Any = NOT_TOLD
    case_code: Any = NOT_TOLD


OF_NO_INSTANCE = Flow()


class Heard(NamedTuple):
    """An event, and what its entry says of it."""

    stream: str
    at: dt.datetime
    actor: str
    instance: str | None
    event: Event
    request_id: str = ""
    flow: Flow = OF_NO_INSTANCE  # the instance, as it was told of before this event


def case_of(stream: str) -> Any:
    """The case of what lies in its stream; what lies elsewhere may be of one too."""
    return stream.removeprefix(CASE_STREAM) if stream.startswith(CASE_STREAM) else NOT_TOLD

"""What a command or handler asks the process engine for, carried out later in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowcase.values import Value


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Publish a message; `message_id` makes each delivery count once.

    A process that the message starts belongs to `case`, else to `stream`. `time_to_live` zero reaches
    only who waits now; None leaves the decision to the message service.
    """

    name: str
    key: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    message_id: str | None = None
    time_to_live: dt.timedelta | None = None
    case: str | None = None
    stream: str | None = None


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """Broadcast a signal to the instances and start events of one case; None: to global catchers."""

    signal: str
    case: str | None
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Start:
    """Start the newest version of a process."""

    process: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    case: str | None = None
    stream: str | None = None


@dataclass(frozen=True, kw_only=True)
class FactsChanged:
    """A due date has moved: re-evaluate the timers and user tasks of everything that may read it."""

    case: str | None
    deadline: str | None = None  # whose stream is where to look, too


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Give every open user task of a case that one person has to another one."""

    case: str
    previous: str
    new: str


Request = Publish | Broadcast | Start | FactsChanged | HandOver

"""What a handler is, to those who run it: its registration under a job type, and the job that it is given.

The handlers themselves live in `flowcase.handlers`; what advances instances knows them only by this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flowcase.values import Value


class Side(StrEnum):
    INSIDE = "inside"  # computes or writes case data, in the transaction that moves the token
    OUTSIDE = "outside"  # touches the world: a leased job, at least once, with the job id as idempotency key


@dataclass(frozen=True)
class Field:
    """One typed input or output of a handler; becomes a field of its element template."""

    name: str
    type: str  # FEEL type name: string, number, boolean, date, "date and time", "list", "context", "Any"
    da: str
    en: str
    required: bool = True


@dataclass(frozen=True)
class ErrorCode:
    """A BPMN error that the handler may raise."""

    code: str
    da: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a handler is given beside the case: the mapped inputs and where it runs."""

    key: str  # unique for all time; the idempotency key of outside handlers
    type: str
    inputs: Mapping[str, Value]
    headers: Mapping[str, str]
    instance: str  # process instance id
    process: str  # process id
    element: str
    now: dt.datetime  # aware UTC
    case: str | None = None  # case code of the instance, when it has one


Handle = Callable[[Job, Any], Mapping[str, Value] | None]
Record = Callable[[Job, Any, Mapping[str, Value]], None]


@dataclass(frozen=True)
class Registration:
    """A handler with what the check, the templates and the docs say of it."""

    type: str
    side: Side
    da: str  # label in Danish
    en: str
    handle: Handle
    inputs: tuple[Field, ...] = ()
    outputs: tuple[Field, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    rules: tuple[str, ...] = ()  # ids of the domain rules that live in it
    max_seconds: int = field(default=60)  # outside: lease length
    record: Record | None = None  # outside: writes the outcome down when the token moves on
    max_parallel: int | None = None  # outside: so many at once on all nodes together; None: no limit
    max_per_minute: int | None = None  # outside: so many begun a minute, evenly spread; None: no limit

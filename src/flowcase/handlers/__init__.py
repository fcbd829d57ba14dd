"""Python task handlers: one job type per file, registered by name at start-up.

A diagram names a job type (`zeebe:taskDefinition type="frist.aabn"`), never an import path. Whether a
handler runs *inside* the transaction that moves the token or *outside* as a job with a lease is chosen
here and is not drawn.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping

from flowcase.job_types import ErrorCode, Field, Handle, Job, Record, Registration, Side

__all__ = [
    "ErrorCode",
    "Field",
    "Handle",
    "Job",
    "Record",
    "Registration",
    "Side",
    "handler",
    "load_handlers",
]

_registered: dict[str, Registration] = {}


def handler(
    type: str,
    *,
    da: str,
    en: str,
    side: Side = Side.INSIDE,
    inputs: tuple[Field, ...] = (),
    outputs: tuple[Field, ...] = (),
    errors: tuple[ErrorCode, ...] = (),
    rules: tuple[str, ...] = (),
    max_seconds: int = 60,
    record: Record | None = None,
    max_parallel: int | None = None,
    max_per_minute: int | None = None,
) -> Callable[[Handle], Handle]:
    """Register `handle(job, case) -> variables` under a job type.

    `case` is `services.case_work.CaseWork` on the open transaction for an inside handler and a
    `services.jobs.Outbox` (no transaction) for an outside one. `record(job, case, outputs)` of an
    outside handler gets a `CaseWork` in the transaction that moves the token on: what it writes is there
    exactly once, however often the job was tried.
    """

    def register(handle: Handle) -> Handle:
        if type in _registered and _registered[type].handle.__module__ != handle.__module__:
            raise ValueError(f"Expected one handler for job type '{type}', but there are two.")
        _registered[type] = Registration(
            type,
            side,
            da,
            en,
            handle,
            inputs,
            outputs,
            errors,
            rules,
            max_seconds,
            record,
            max_parallel,
            max_per_minute,
        )
        return handle

    return register


def load_handlers() -> Mapping[str, Registration]:
    """Import every module of this package and return the registrations by job type."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_registered.items()))

"""Appliers: for each event class the one function that turns it into rows.

An applier is `apply(tx, stream, instance, event)`; `instance` is the locked instance that the event
belongs to, or None. It may only use the writing methods of the transaction: an event is a fact, so it
is applied, never judged.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, TypeVar

from flowcase.model import Event

Applier = Callable[[Any, str, Any, Any], None]  # of a `Tx`, which calls this module, and a LockedInstance

_appliers: dict[type[Event], Applier] = {}
_Function = TypeVar("_Function", bound=Callable)


def applies(*classes: type[Event]) -> Callable[[_Function], _Function]:
    """Register the applier of one or more event classes."""

    def register(function: _Function) -> _Function:
        for cls in classes:
            if cls in _appliers:
                raise TypeError(f"Expected one applier for {cls.__name__}, but there are two.")
            _appliers[cls] = function
        return function

    return register


def history_only(*classes: type[Event]) -> None:
    """Say that these events change no table: the history is all there is of them."""
    applies(*classes)(lambda tx, stream, instance, event: None)


def applier_of(cls: type[Event]) -> Applier:
    """Raises LookupError for an event that nobody applies."""
    _load()
    try:
        return _appliers[cls]
    except KeyError:
        raise LookupError(f"Expected an applier for {cls.__name__}, but there is none.") from None


@functools.cache
def _load() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

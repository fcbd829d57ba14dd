"""House rules of events: each has one applier, and the history can tell each of them again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from decimal import Decimal

import pytest

from flowcase.model import Event
from flowcase.store import codec
from flowcase.store.appliers import applier_of

EVENTS = sorted(codec.classes().values(), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.__name__)
def test_every_event_has_an_applier(cls: type[Event]) -> None:
    assert callable(applier_of(cls))


def test_an_event_without_an_applier_is_named() -> None:
    class Forgotten(Event):
        pass

    with pytest.raises(LookupError, match="Forgotten"):
        applier_of(Forgotten)


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.__name__)
def test_every_event_survives_the_history(cls: type[Event]) -> None:
    hints = typing.get_type_hints(cls)
    event = cls(**{field.name: example(hints[field.name]) for field in dataclasses.fields(cls)})

    recorded = codec.Recorded(cls.__name__, "i1", "vurder", event)

    decoded = codec.decode(codec.encode([recorded, recorded], "r-1", "bound", [7]))

    assert decoded == codec.Entry([recorded, recorded], "r-1", "bound", {"i1": 7})


def example(hint: object) -> object:
    """A value of the declared type that JSON alone would not bring back."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return example(arguments[0])
    if origin is tuple:
        return (example(arguments[0]), example(arguments[0]))
    if origin is not None or hint is dict:  # a mapping
        return {"a": "x"} if arguments and arguments[-1] is str else {"a": Decimal("1.50"), "b": [True, None]}
    examples = {
        str: "x",
        int: 3,
        bool: True,
        dt.datetime: dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),
        dt.date: dt.date(2026, 3, 29),
        dt.timedelta: dt.timedelta(seconds=1.5),
        typing.Any: {"a": [Decimal(1), None]},
    }
    return examples[hint]

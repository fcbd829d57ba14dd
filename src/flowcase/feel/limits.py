"""How much one expression may ask for, so that hostile text ends in an error and not in a hang."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one evaluation. A step is about one node of the syntax tree that is evaluated once."""

    steps: int = 100_000  # nodes evaluated in loops and functions, and sizes that built-ins walk through
    list_items: int = 50_000  # items of one list, and values in one result altogether
    text_length: int = 200_000  # characters of one string
    call_depth: int = 300  # nesting of function calls, in levels of syntax
    nesting: int = 100  # nesting of a resulting list or context


DEFAULT = Limits()

MAX_SOURCE = 20_000  # characters of an expression's own text
MAX_TOKENS = 5_000
MAX_DEPTH = 60  # nesting of the text

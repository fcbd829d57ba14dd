"""The formats of saved instances, and in words how each older one becomes the next.

A saved instance names its format in `format`. When what is saved changes its meaning, the number goes up
and a function joins `MIGRATIONS` under the number that it leads away from. It takes the old dict and gives
the new one; its docstring says what was, what is, and why. A released function is never changed: instances
of its format are out there for as long as a case lives.

Format 1, of the first release, holds: `status` of the instance; `counter` of keys that were given out;
`called`, whether a call activity started it; `ends`, the end events reached at process level; `tokens`,
each a list of key, element, scope, task state, phase, notes and perhaps results; `variables` by scope;
`waits`, what is subscribed to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowcase.errors import FlowcaseError

FORMAT = 1  # what this version writes

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Mapping[int, Migration] = {}  # by the format that it leads away from; none since the first


class UnknownStateFormat(FlowcaseError):
    """The bytes were not written by this version or an earlier one."""

    def __init__(self, version: object) -> None:
        self.version = version
        super().__init__(
            f"Expected a saved process instance of format {FORMAT} or older, but it has format {version}. "
            "A newer flowcase has written it: run this instance with that one."
        )


def in_present_format(
    saved: dict[str, Any], *, present: int = FORMAT, migrations: Mapping[int, Migration] = MIGRATIONS
) -> dict[str, Any]:
    """The same instance as this version writes it, one format after the other.

    Raises UnknownStateFormat.
    """
    version = saved.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= present:
        raise UnknownStateFormat(version)
    for number in range(version, present):
        saved = {**migrations[number](saved), "format": number + 1}
    return saved

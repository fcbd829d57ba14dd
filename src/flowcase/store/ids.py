"""Ids: short, without meaning, ascending with time."""

from __future__ import annotations

import datetime as dt
import secrets
import threading

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_RANDOM_BITS = 50


def new_id(now: dt.datetime) -> str:
    """Twenty letters and digits: the time in milliseconds, then 50 random bits.

    Ids that one process makes within a millisecond (or on a clock that stands still) ascend.
    """
    number = _numbers.next(int(now.timestamp() * 1000))
    letters = []
    for _ in range(20):
        number, digit = divmod(number, 32)
        letters.append(_ALPHABET[digit])
    return "".join(reversed(letters))


class _Numbers:
    """Numbers that ascend with time, and within a millisecond by random steps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, milliseconds: int) -> int:
        with self._lock:
            if self._last >> _RANDOM_BITS == milliseconds:
                self._last += 1 + secrets.randbits(30)
            else:
                self._last = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS - 1)
            return self._last


_numbers = _Numbers()

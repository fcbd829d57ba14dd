"""What travels by way of a browser and is not to be read there: sealed under the installation's key.

A place is part of the seal, so that nothing can be brought to another one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from flowcase.store.keys import Cipher, SealBroken


class BrowserSeals:
    """`keys` as `session_keys`: the first seals, the others open what was sealed before they were changed."""

    def __init__(self, keys: Callable[[], list[bytes]]) -> None:
        self._keys = keys

    def seal(self, content: bytes, place: str) -> str:
        """As words that a form, an address or a cookie can hold."""
        return base64.urlsafe_b64encode(_cipher(self._keys()[0]).seal(content, place)).decode()

    def open(self, text: str, place: str) -> bytes | None:
        """What was sealed for this place; None of anything else."""
        try:
            sealed = base64.urlsafe_b64decode(text.encode())
        except (binascii.Error, ValueError):
            return None
        for key in self._keys():
            try:
                return _cipher(key).open(sealed, place)
            except SealBroken:
                continue
        return None

    def mark_of(self, person: str) -> str:
        """Stands for the person where their id is not to be read."""
        return _mark(self._keys()[0], person)

    def is_mark_of(self, mark: str, person: str) -> bool:
        """Also one of before the installation's key was changed."""
        return any(hmac.compare_digest(mark.encode(), _mark(key, person).encode()) for key in self._keys())


def _cipher(key: bytes) -> Cipher:
    return Cipher(hashlib.sha256(b"flowcase in a browser\0" + key).digest())


def _mark(key: bytes, person: str) -> str:
    return hmac.digest(key, b"flowcase who typed\0" + person.encode(), "sha256").hex()[:32]

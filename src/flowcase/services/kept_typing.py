"""A form that could not be sent, kept with the session of the browser until it is sent again.

The key is made of the secret that only the browser has: nobody else can read it, and when the session ends
it is gone. It is no fact of a case and leaves no event. Until somebody has signed in it travels in the page
of the sign-in, sealed as well and with a mark of who typed it: a page that is left standing there holds
nothing of a case, and nobody else gets it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from flowcase.access.actor import SYSTEM
from flowcase.services.sessions import hash_of
from flowcase.services.transactions import Transactions
from flowcase.store.keys import Cipher, SealBroken
from flowcase.store.queries import sign_ins
from flowcase.store.sign_in_tables import sign_in_session

_PLACE = "what was typed"
_ON_ITS_WAY = "what was typed, in the page of the sign-in"


class KeptTyping:
    """One transaction per method; `secret` is that of the browser's session, `keys` as `session_keys`."""

    def __init__(self, transactions: Transactions, keys: Callable[[], list[bytes]]) -> None:
        self._transactions, self._keys = transactions, keys

    def mark_of(self, person: str) -> str:
        """Stands for the person where their id is not to be read."""
        return _mark(self._keys()[0], person)

    def is_mark_of(self, mark: str, person: str) -> bool:
        """Also one of before the installation's key was changed."""
        return any(hmac.compare_digest(mark.encode(), _mark(key, person).encode()) for key in self._keys())

    def carry(self, content: bytes) -> str:
        """Sealed for the page of the sign-in."""
        return base64.urlsafe_b64encode(self._carriers()[0].seal(content, _ON_ITS_WAY)).decode()

    def carried(self, text: str) -> bytes | None:
        """What such a page brings back; None for anything else."""
        try:
            sealed = base64.urlsafe_b64decode(text.encode())
        except (binascii.Error, ValueError):
            return None
        for cipher in self._carriers():
            try:
                return cipher.open(sealed, _ON_ITS_WAY)
            except SealBroken:
                continue
        return None

    def _carriers(self) -> list[Cipher]:
        return [Cipher(hashlib.sha256(b"flowcase carried typing\0" + key).digest()) for key in self._keys()]

    def keep(self, secret: str, content: bytes) -> None:
        """In place of what was kept before; nothing happens when the session is over."""
        self._write(secret, _cipher(secret).seal(content, _PLACE))

    def of(self, secret: str) -> bytes | None:
        """What is kept for this browser; None when nothing is."""
        hashed = hash_of(secret)
        sealed = self._transactions.read(lambda tx: sign_ins.typed(tx, hashed))
        if sealed is None:
            return None
        try:
            return _cipher(secret).open(sealed, _PLACE)
        except SealBroken:
            return None

    def forget(self, secret: str) -> None:
        self._write(secret, None)

    def _write(self, secret: str, sealed: bytes | None) -> None:
        key = {"secret_hash": hash_of(secret)}
        self._transactions.run(SYSTEM, lambda tx: tx.update_all(sign_in_session, key, {"typed": sealed}))


def _mark(key: bytes, person: str) -> str:
    return hmac.digest(key, b"flowcase who typed\0" + person.encode(), "sha256").hex()[:32]


def _cipher(secret: str) -> Cipher:
    return Cipher(hashlib.sha256(b"flowcase kept typing\0" + secret.encode()).digest())

"""A form that could not be sent, kept with the session of the browser until it is sent again.

The key is made of the secret that only the browser has: nobody else can read it, and when the session ends
it is gone. It is no fact of a case and leaves no event. Until somebody has signed in it travels in the page
of the sign-in (`web/signing_in/kept_typing.py`), with a mark that says whose it is.
"""

from __future__ import annotations

import hashlib
import hmac

from flowcase.access.actor import SYSTEM
from flowcase.services.signing_in.sessions import hash_of
from flowcase.services.transactions import Transactions
from flowcase.store.keys import Cipher, SealBroken
from flowcase.store.queries import sign_ins
from flowcase.store.sign_in_tables import sign_in_session

_PLACE = "what was typed"
_MARK_LENGTH = 32


class KeptTyping:
    """One transaction per method; `secret` is that of the browser's session."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

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

    def mark_of(self, person: str) -> str:
        """Stands for the person where their id is not to be read; the same on every node and whichever of the
        installation's keys is in use.
        """
        return self._transactions.read(lambda tx: tx.digest("who typed", person)).hex()[:_MARK_LENGTH]

    def is_mark_of(self, mark: str, person: str) -> bool:
        return hmac.compare_digest(mark.encode(), self.mark_of(person).encode())

    def _write(self, secret: str, sealed: bytes | None) -> None:
        key = {"secret_hash": hash_of(secret)}
        self._transactions.run(SYSTEM, lambda tx: tx.update_all(sign_in_session, key, {"typed": sealed}))


def _cipher(secret: str) -> Cipher:
    return Cipher(hashlib.sha256(b"flowcase kept typing\0" + secret.encode()).digest())

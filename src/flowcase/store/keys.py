"""Keys: an installation key outside the database wraps one data key per stream inside it.

Destroying a stream's wrapped key erases everything that was sealed under it. Both layers are
AES-256-GCM with random 96-bit nonces; associated data bind a ciphertext to its place, so that one
cannot be moved to another row, stream or version.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flowcase.errors import FlowcaseError

KEY_BYTES = 32
_NONCE_BYTES = 12
ID_BYTES = 4  # of a wrapped key: the id of the key that wrapped it
_MISSED_SECONDS = 5.0  # how often is looked again for a key that is not known
_FORMAT = b"\x01"


class KeyUnusable(FlowcaseError):
    """The installation key is missing, malformed, or not the one this database was written with."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(f"Expected to open the installation's key, but {because}.")


class SealBroken(FlowcaseError):
    """A ciphertext does not open under its key and place: it was altered, or moved."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"Expected to open the sealed data of {place}, but they were altered or moved.")


class Cipher:
    """Seals and opens under one data key."""

    __slots__ = ("_aes",)

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def seal(self, content: bytes, place: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._aes.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises SealBroken."""
        if sealed[:1] != _FORMAT:
            raise SealBroken(place)
        try:
            return self._aes.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place.encode())
        except InvalidTag:
            raise SealBroken(place) from None


class Keyring:
    """The installation key in use, and others that open what they wrapped.

    Given `read`, the place that the keys come from is looked at again when one is met that is not known:
    a node learns a new key without being started again.
    """

    def __init__(
        self, key: bytes, older: Sequence[bytes] = (), *, read: Callable[[], str] | None = None
    ) -> None:
        self._known = _known((key, *older))
        self._read, self._read_at = read, time.monotonic()

    @classmethod
    def from_text(cls, text: str, *, read: Callable[[], str] | None = None) -> Keyring:
        """One base64 key per line or comma; the first is in use, the others open what they wrapped."""
        keys = keys_in(text)
        return cls(keys[0], keys[1:], read=read)

    @property
    def in_use(self) -> str:
        """The id of the key that wraps what is new."""
        return next(iter(self._known)).hex()

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all keys that are known, the one in use first; an id does not give its key away."""
        return tuple(id.hex() for id in self._known)

    def refresh(self, *, not_within: float = 0.0) -> None:
        """Look again where the keys come from, unless that was done so few seconds ago.

        What cannot be read or used now changes nothing.
        """
        if self._read is None or time.monotonic() - self._read_at < not_within:
            return
        self._read_at = time.monotonic()
        with suppress(KeyUnusable):
            self._known = _known(keys_in(self._read()))

    def new_wrapped_key(self, stream: str) -> tuple[bytes, Cipher]:
        """A fresh data key for a stream: as it is stored, and ready for use."""
        key = AESGCM.generate_key(KEY_BYTES * 8)
        return self._wrapped(stream, key), Cipher(key)

    def rewrapped(self, stream: str, wrapped: bytes) -> bytes:
        """The same data key, wrapped by the key in use."""
        return self._wrapped(stream, self.unwrap_key(stream, wrapped))

    def unwrap(self, stream: str, wrapped: bytes) -> Cipher:
        """Raises KeyUnusable when no key of this ring wrapped it."""
        return Cipher(self.unwrap_key(stream, wrapped))

    def unwrap_key(self, stream: str, wrapped: bytes) -> bytes:
        id = wrapped[:ID_BYTES]
        if id not in self._known:
            self.refresh(not_within=_MISSED_SECONDS)
        cipher = self._known.get(id)
        if cipher is None:
            raise KeyUnusable(
                f"this database was written with another one (id {id.hex()}; known: {', '.join(self.ids)})"
            )
        return cipher.open(wrapped[ID_BYTES:], f"key|{stream}")

    def _wrapped(self, stream: str, key: bytes) -> bytes:
        id, cipher = next(iter(self._known.items()))
        return id + cipher.seal(key, f"key|{stream}")


def keys_in(text: str) -> list[bytes]:
    """The keys that a text lists, one per line or comma. Raises KeyUnusable."""
    try:
        keys = [base64.b64decode(part, validate=True) for part in text.replace(",", "\n").split()]
    except (binascii.Error, ValueError):
        raise KeyUnusable("it is not base64") from None
    if not keys:
        raise KeyUnusable("it is empty")
    return keys


def _known(keys: Iterable[bytes]) -> dict[bytes, Cipher]:
    """By id, in order."""
    known: dict[bytes, Cipher] = {}
    for key in keys:
        if len(key) != KEY_BYTES:
            raise KeyUnusable(f"it has {len(key)} bytes instead of {KEY_BYTES}")
        known.setdefault(key_id(key), Cipher(key))
    return known


def key_id(key: bytes) -> bytes:
    """Names a key without giving it away."""
    return hashlib.sha256(b"flowcase key id\0" + key).digest()[:ID_BYTES]

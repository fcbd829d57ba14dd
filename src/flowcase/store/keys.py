"""Keys: one installation key outside the database wraps one data key per stream inside it.

Destroying a stream's wrapped key erases everything that was sealed under it. Both layers are
AES-256-GCM with random 96-bit nonces; associated data bind a ciphertext to its place, so that one
cannot be moved to another row, stream or version.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flowcase.errors import FlowcaseError

KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 4
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
    """The installation key in use, and older ones that still open what they wrapped."""

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        for candidate in (key, *older):
            if len(candidate) != KEY_BYTES:
                raise KeyUnusable(f"it has {len(candidate)} bytes instead of {KEY_BYTES}")
        self._current = _key_id(key)
        self._ciphers = {_key_id(candidate): Cipher(candidate) for candidate in (*older, key)}

    @classmethod
    def from_text(cls, text: str) -> Keyring:
        """One base64 key per line or comma; the first is in use, the others are older."""
        try:
            keys = [base64.b64decode(part, validate=True) for part in text.replace(",", "\n").split()]
        except (binascii.Error, ValueError):
            raise KeyUnusable("it is not base64") from None
        if not keys:
            raise KeyUnusable("it is empty")
        return cls(keys[0], keys[1:])

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        try:
            return cls.from_text(path.read_text("ascii"))
        except FileNotFoundError:
            raise KeyUnusable(f"there is no file {path}") from None

    def new_wrapped_key(self, stream: str) -> tuple[bytes, Cipher]:
        """A fresh data key for a stream: as it is stored, and ready for use."""
        key = AESGCM.generate_key(KEY_BYTES * 8)
        return self._current + self._ciphers[self._current].seal(key, f"key|{stream}"), Cipher(key)

    def unwrap(self, stream: str, wrapped: bytes) -> Cipher:
        """Raises KeyUnusable when no key of this ring wrapped it."""
        return Cipher(self.unwrap_key(stream, wrapped))

    def unwrap_key(self, stream: str, wrapped: bytes) -> bytes:
        cipher = self._ciphers.get(wrapped[:_ID_BYTES])
        if cipher is None:
            raise KeyUnusable("this database was written with another one")
        return cipher.open(wrapped[_ID_BYTES:], f"key|{stream}")


def create_key_file(path: Path) -> None:
    """Write a new installation key that only its owner can read. Never overwrites one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _key_id(key: bytes) -> bytes:
    """Names a key without giving it away."""
    return hashlib.sha256(b"flowcase key id\0" + key).digest()[:_ID_BYTES]

"""The hash chain of a stream: a hash covers the entry's open columns, its ciphertext and the hash before.

SHA-256 over canonical JSON. Because the ciphertext is covered and not the plain text, a chain still
verifies after the stream's key was destroyed.

Hashes need no key, so whoever holds the database can make them anew. What an entry is sealed with therefore
begins with its *binding*: a hash of the open columns and of the hash before, under the seal. Whoever does not
have the key cannot write one that fits other columns, or another history in front.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

from flowcase.values import canonical_json

GENESIS = bytes(32)
_BINDING_BYTES = 24


def event_hash(
    prev_hash: bytes,
    *,
    stream: str,
    seq: int,
    at: dt.datetime,
    actor: str,
    kind: str,
    instance: str | None,
    element: str | None,
    sealed_payload: bytes,
    size: int = 1,
) -> bytes:
    """The hash of one entry, given the hash of the one before it (GENESIS for the first)."""
    content: dict[str, object] = {
        "actor": actor,
        "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "element": element,
        "instance": instance,
        "kind": kind,
        "payload": base64.b64encode(sealed_payload).decode(),
        "prev": prev_hash.hex(),
        "seq": seq,
        "stream": stream,
    }
    if size != 1:  # entries of one event hash as they did when each event was an entry
        content["size"] = size
    return hashlib.sha256(canonical_json(content)).digest()


def binding(
    prev_hash: bytes,
    *,
    stream: str,
    seq: int,
    at: dt.datetime,
    actor: str,
    kind: str,
    instance: str | None,
    element: str | None,
    size: int,
) -> str:
    """What is sealed with an entry of what stands in the open, there and in front of it."""
    instant = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    content = [prev_hash.hex(), stream, seq, size, instant, actor, kind, instance, element]
    return base64.b64encode(hashlib.sha256(canonical_json(content)).digest()[:_BINDING_BYTES]).decode()

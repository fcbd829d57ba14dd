"""The hash chain of a stream: a hash covers the entry's open columns, its ciphertext and the hash before.

SHA-256 over canonical JSON. Because the ciphertext is covered and not the plain text, a chain still
verifies after the stream's key was destroyed.

Hashes need no key, so whoever holds the database can make them anew. What an entry is sealed with therefore
begins with its *binding*: a hash of the open columns and of the hash before, under the seal. Whoever does not
have the key cannot write one that fits other columns, or another history in front.
"""

from __future__ import annotations

import base64
import binascii
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
    """What is sealed with an entry of what stands in the open, there and in front of it.

    Lengths come first, so that no text can be moved from one column to the next. It is computed once in every
    step: no JSON, which takes several times as long.
    """
    of_instance, of_element = instance or "", element or ""
    lengths = f"{len(stream)} {len(actor)} {len(kind)} {len(of_instance)} {len(of_element)}"
    texts = f"{stream}{actor}{kind}{of_instance}{of_element}"
    content = f"{lengths} {seq} {size} {at.timestamp():.6f} {texts}"
    digest = hashlib.sha256(prev_hash + content.encode()).digest()[:_BINDING_BYTES]
    return binascii.b2a_base64(digest, newline=False).decode()

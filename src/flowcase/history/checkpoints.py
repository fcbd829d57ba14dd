"""Checkpoints: from time to time the ends of all chains are signed together, and kept also outside.

A chain shows what was altered inside it. A checkpoint shows what a chain cannot: that a whole stream is
gone, that the newest events were cut off together with the stream's own memory of them, or that the
database is an older one than it was. Each names the streams that have grown since the one before it,
covers the hash of that one, and is signed with Ed25519.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from flowcase.values import canonical_json

NOTHING_BEFORE = bytes(32)
_ENDS_AT_ONCE = 200


@dataclass(frozen=True)
class End:
    """Where the chain of a stream ended: how many events it had, and the hash of its last entry."""

    length: int
    head: bytes


@dataclass(frozen=True)
class Checkpoint:
    """The ends of the streams that have grown since the checkpoint before."""

    number: int  # 1, 2, 3 ... without gaps
    at: dt.datetime
    ends: Mapping[str, End]
    previous: bytes  # hash of the checkpoint before
    public_key: bytes
    signature: bytes = b""

    @property
    def hash(self) -> bytes:
        """SHA-256 of everything but the signature, as canonical JSON."""
        content = {
            "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "ends": {stream: [end.length, end.head.hex()] for stream, end in self.ends.items()},
            "number": self.number,
            "previous": self.previous.hex(),
            "public_key": self.public_key.hex(),
        }
        return hashlib.sha256(canonical_json(content)).digest()

    def to_line(self) -> str:
        """One line of JSON, as it is kept outside."""
        return json.dumps(
            {
                "number": self.number,
                "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "ends": {stream: [end.length, end.head.hex()] for stream, end in self.ends.items()},
                "previous": self.previous.hex(),
                "public_key": self.public_key.hex(),
                "signature": self.signature.hex(),
            },
            sort_keys=True,
        )


@dataclass(frozen=True)
class Seal:
    """A checkpoint without the ends that it names: what is held of each while all are checked."""

    number: int
    previous: bytes
    hash: bytes
    public_key: bytes
    signature: bytes


def seal_of(checkpoint: Checkpoint) -> Seal:
    each = checkpoint
    return Seal(each.number, each.previous, each.hash, each.public_key, each.signature)


def from_line(line: str) -> Checkpoint:
    """Raises ValueError for a line that is none."""
    try:
        data = json.loads(line)
        return Checkpoint(
            number=int(data["number"]),
            at=dt.datetime.fromisoformat(data["at"]),
            ends={
                name: End(int(length), bytes.fromhex(head)) for name, (length, head) in data["ends"].items()
            },
            previous=bytes.fromhex(data["previous"]),
            public_key=bytes.fromhex(data["public_key"]),
            signature=bytes.fromhex(data["signature"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the line is no checkpoint") from error


def signed(
    number: int, at: dt.datetime, ends: Mapping[str, End], previous: bytes, key: Ed25519PrivateKey
) -> Checkpoint:
    """A new checkpoint under this key."""
    public = key.public_key().public_bytes_raw()
    unsigned = Checkpoint(number, at, dict(sorted(ends.items())), previous, public)
    return Checkpoint(number, unsigned.at, unsigned.ends, previous, public, signature=key.sign(unsigned.hash))


def is_genuine(checkpoint: Checkpoint | Seal, public_keys: Collection[bytes]) -> bool:
    """Whether it was signed by the owner of one of these keys and is as it was signed."""
    if checkpoint.public_key not in public_keys:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(checkpoint.public_key).verify(
            checkpoint.signature, checkpoint.hash
        )
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Fault:
    """What the checkpoints show to be wrong."""

    number: int  # of the checkpoint
    stream: str | None
    what: str

    def __str__(self) -> str:
        where = f"stream {self.stream}" if self.stream else "the database"
        return f"Checkpoint {self.number}: {where} {self.what}."


def compare_ends(
    checkpoints: Iterable[Checkpoint],
    end_at: Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], bytes]],
) -> tuple[list[Seal], Fault | None]:
    """Each one's seal, and the first fault of what they name; each is let go before the next is asked for.

    `end_at` gives the hash of the entry that ends at event number `length` of a stream, for each
    (stream, length) of those given that the database has.
    """
    seals: list[Seal] = []
    fault: Fault | None = None
    for each in checkpoints:
        seals.append(seal_of(each))
        ends = iter(each.ends.items() if fault is None else ())
        while fault is None and (some := list(itertools.islice(ends, _ENDS_AT_ONCE))):
            found = end_at([(stream, end.length) for stream, end in some])
            for stream, end in some:
                hash = found.get((stream, end.length))
                if hash is None:
                    fault = Fault(each.number, stream, f"has lost events: it had {end.length}")
                elif hash != end.head:
                    what = f"is not the one that was signed up to event {end.length}"
                    fault = Fault(each.number, stream, what)
                if fault is not None:
                    break
    return seals, fault


def check(seals: Sequence[Seal], *, public_keys: Collection[bytes]) -> Fault | None:
    """Walk the checkpoints from the first; None when all are genuine and none is missing.

    A key that is no longer known is believed for what a later checkpoint under a known one covers: that was
    signed in full knowledge of it.
    """
    before = NOTHING_BEFORE
    vouched = max((n for n, each in enumerate(seals) if is_genuine(each, public_keys)), default=0)
    retired = {each.public_key for each in seals[:vouched]}
    for expected, each in enumerate(seals, start=1):
        if each.number != expected or each.previous != before:
            return Fault(expected, None, "lacks the checkpoint that comes here")
        if not is_genuine(each, {*public_keys, *(retired if expected <= vouched else ())}):
            return Fault(each.number, None, "has one here that was altered, or signed with another key")
        before = each.hash
    return None


class Kept(Protocol):
    """A checkpoint or its receipt."""

    @property
    def number(self) -> int: ...

    @property
    def hash(self) -> bytes: ...


def compare_outside(inside: Sequence[Kept], outside: Iterable[Kept]) -> Fault | None:
    """Whether the checkpoints kept outside are those of the database; it may not be an older one."""
    by_number = {each.number: each for each in inside}
    for each in outside:
        mine = by_number.get(each.number)
        if mine is None:
            return Fault(each.number, None, "is older than its last checkpoint: it was put back from a copy")
        if mine.hash != each.hash:
            return Fault(each.number, None, "has another checkpoint here than was kept outside")
    return None

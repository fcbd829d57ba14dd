"""Receipts of checkpoints: a few lines of text to be mailed or posted, which prove one without naming a case.

A receipt says which checkpoint had which hash, and is signed by itself. The hash covers the ends of all
chains and, through the checkpoint before, everything signed earlier: whoever holds a receipt can tell later
that the database is not an older one, or another.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import email
import email.policy
import json
import re
from collections.abc import Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from flowcase.history.checkpoints import Checkpoint, from_line
from flowcase.values import canonical_json

_BEGIN, _END = "-----BEGIN FLOWCASE CHECKPOINT-----", "-----END FLOWCASE CHECKPOINT-----"
_BLOCK = re.compile(f"{_BEGIN}(.*?){_END}", re.DOTALL)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")  # marks of quoting, and the ends of wrapped lines
_IS_MAIL = re.compile(rb"^[A-Za-z-]+:", re.ASCII)
_LINE = 64


@dataclass(frozen=True)
class Receipt:
    """What is sent of a checkpoint."""

    number: int
    at: dt.datetime
    hash: bytes
    public_key: bytes
    signature: bytes

    def to_text(self) -> str:
        """The lines between the two marks; they survive being wrapped, quoted or put into JSON."""
        content = _content(self.number, self.at, self.hash, self.public_key)
        coded = base64.b64encode(canonical_json({**content, "signature": self.signature.hex()})).decode()
        lines = [coded[at : at + _LINE] for at in range(0, len(coded), _LINE)]
        return "\n".join([_BEGIN, *lines, _END])


def receipt_of(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Receipt:
    public = key.public_key().public_bytes_raw()
    content = _content(checkpoint.number, checkpoint.at, checkpoint.hash, public)
    signature = key.sign(canonical_json(content))
    return Receipt(checkpoint.number, checkpoint.at, checkpoint.hash, public, signature)


def is_genuine(receipt: Receipt, public_keys: Collection[bytes]) -> bool:
    """Whether it was signed by the owner of one of these keys and is as it was signed."""
    if receipt.public_key not in public_keys:
        return False
    content = _content(receipt.number, receipt.at, receipt.hash, receipt.public_key)
    try:
        Ed25519PublicKey.from_public_bytes(receipt.public_key).verify(
            receipt.signature, canonical_json(content)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def read(content: bytes) -> list[Checkpoint | Receipt]:
    """What a file from outside holds: whole checkpoints, line by line, or receipts.

    Mails as they were kept and bodies as they were posted are read as well. Raises ValueError when there is
    nothing in it, or something that is not whole.
    """
    text = _text(content)
    found: list[Checkpoint | Receipt] = [
        _opened(block) for block in _BLOCK.findall(text.replace("\\n", "\n"))
    ]
    if not found:
        lines = [line for line in text.splitlines() if line.strip()]
        found = [from_line(line) for line in lines]
    if not found:
        raise ValueError("there is no checkpoint in it")
    return found


def _opened(block: str) -> Receipt:
    try:
        data = json.loads(base64.b64decode(_NOT_BASE64.sub("", block), validate=True))
        return Receipt(
            number=int(data["number"]),
            at=dt.datetime.fromisoformat(data["at"]),
            hash=bytes.fromhex(data["hash"]),
            public_key=bytes.fromhex(data["public_key"]),
            signature=bytes.fromhex(data["signature"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        raise ValueError("a receipt in it is not whole") from error


def _text(content: bytes) -> str:
    if not _IS_MAIL.match(content):
        return content.decode("utf-8")
    body = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    return "" if body is None else str(body.get_content())


def _content(number: int, at: dt.datetime, hash: bytes, public_key: bytes) -> dict[str, str | int]:
    return {
        "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "hash": hash.hex(),
        "number": number,
        "public_key": public_key.hex(),
        "what": "flowcase checkpoint",
    }

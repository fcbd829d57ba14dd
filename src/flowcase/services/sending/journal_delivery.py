"""The two ways to the journal: a file dropped in a folder, or a signed post to an address.

Both may be tried again with the same key and lead to one document. Nothing of a document's content is in
a file name, an address, a header or an error.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowcase import private_files
from flowcase.errors import FlowcaseError
from flowcase.services.sending.signed_posts import (
    NotReached,
    Reach,
    UnusableAddress,
    check_address,
    document_signature,
    post,
)

BY_FILE, BY_POST = "fil", "webhook"
LONGEST_RECEIPT = 200
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class NotDelivered(FlowcaseError):
    """A document did not reach the journal; it can be tried again with the same key."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(f"Expected the journal to take the document, but {because}.")


@dataclass(frozen=True)
class Parcel:
    """A document on its way. `key` is the same at every try."""

    key: str
    content: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class Delivered:
    receipt: str
    way: str


Deliver = Callable[[Parcel], Delivered]


def body_of(parcel: Parcel) -> bytes:
    """What is written and posted: the document with its rendering as plain text."""
    whole = {"noegle": parcel.key, **parcel.content, "tekst": parcel.text}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


@dataclass(frozen=True)
class FileDrop:
    """Writes `<key>.txt` and then `<key>.json` in a folder; a JSON file that is there is complete."""

    folder: Path

    def __call__(self, parcel: Parcel) -> Delivered:
        name = _checked(parcel.key)
        final = self.folder / f"{name}.json"
        try:
            if not final.exists():
                private_files.make_folder(self.folder)
                _write_whole(self.folder / f"{name}.txt", parcel.text.encode())
                _write_whole(final, body_of(parcel))
        except OSError as error:
            raise NotDelivered(f"its folder cannot be written to ({type(error).__name__})") from None
        return Delivered(final.name, BY_FILE)


def _write_whole(path: Path, content: bytes) -> None:
    """The whole file or none of it under its name, on the disk when this returns."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with open(unfinished, "wb", opener=private_files.opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True)
class Webhook:
    """Posts the document as JSON.

    Headers: `Idempotency-Key` is the key; `X-Flowcase-Signature` is `sha256=` and the HMAC-SHA256 in
    hexadecimal of the key, a full stop and the body, under the shared secret. Any answer 2xx is a
    receipt, named by `kvittering` or `receipt` of a JSON answer. A redirect is not followed: it could
    lead the document elsewhere.
    """

    url: str
    secret: str

    def __post_init__(self) -> None:
        check_address(self.url)
        if not self.secret:
            raise UnusableAddress("there is no secret to sign with")

    def __call__(self, parcel: Parcel) -> Delivered:
        key, body = _checked(parcel.key), body_of(parcel)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": key,
            "X-Flowcase-Signature": f"sha256={document_signature(self.secret, key, body)}",
        }
        try:
            status, answer = post(self.url, headers, body, Reach(is_anywhere=True))
        except NotReached as error:
            raise NotDelivered(f"it cannot be reached ({error.code})") from None
        if not 200 <= status < 300:
            raise NotDelivered(f"it answered {status}")
        return Delivered(_receipt_in(answer) or f"{status} {key}"[:LONGEST_RECEIPT], BY_POST)


def _receipt_in(answer: bytes) -> str:
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    receipt = said.get("kvittering") or said.get("receipt")
    return str(receipt)[:LONGEST_RECEIPT] if isinstance(receipt, (str, int)) else ""


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise NotDelivered("the document has no usable key")
    return key

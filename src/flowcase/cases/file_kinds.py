"""What a file is by what it says, never by its name alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FileKind:
    """A kind of file that people send: its media type, and the endings that its name may have."""

    media_type: str
    endings: tuple[str, ...]
    is_shown: bool = False  # a browser shows it in place


KINDS: Mapping[str, FileKind] = {
    "pdf": FileKind("application/pdf", (".pdf",), is_shown=True),
    "jpeg": FileKind("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), is_shown=True),
    "png": FileKind("image/png", (".png",), is_shown=True),
    "gif": FileKind("image/gif", (".gif",), is_shown=True),
    "webp": FileKind("image/webp", (".webp",), is_shown=True),
    "heic": FileKind("image/heic", (".heic", ".heif")),
    "tiff": FileKind("image/tiff", (".tif", ".tiff")),
    "txt": FileKind("text/plain", (".txt", ".text", ".log", ".md", ".csv"), is_shown=True),
    "docx": FileKind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
    "xlsx": FileKind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)),
    "pptx": FileKind("application/vnd.openxmlformats-officedocument.presentationml.presentation", (".pptx",)),
    "odt": FileKind("application/vnd.oasis.opendocument.text", (".odt",)),
    "ods": FileKind("application/vnd.oasis.opendocument.spreadsheet", (".ods",)),
}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS.values()}

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
_OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_MOST_ENTRIES = 5000  # of a ZIP file that is looked at
_LOOKED_AT = 65536  # bytes of a text that are read
# What a program or a page begins with, though it is text: never shown, never taken as a text.
_ACTIVE = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"#!", b"mz")


def kind_of(content: bytes) -> str | None:
    """The kind by its content; None for one that is not known, is active, or has macros in it."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heif"):
        return "heic"
    if content[:4] == b"PK\x03\x04":
        return _office(content)
    return _text(content)


def fits_name(kind: str, name: str) -> bool:
    """Whether the name ends as files of this kind do: `regning.pdf` that is a picture is refused."""
    return name.lower().endswith(KINDS[kind].endings)


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_ENTRIES or any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                media_type = archive.read("mimetype").decode("ascii", "replace").strip()
                known = BY_MEDIA_TYPE.get(media_type)
                return next((name for name, kind in KINDS.items() if kind is known), None) if known else None
            if "[Content_Types].xml" in names:
                return next(
                    (kind for part, kind in _OFFICE.items() if any(name.startswith(part) for name in names)),
                    None,
                )
    except (zipfile.BadZipFile, ValueError, KeyError, RuntimeError, NotImplementedError):
        return None
    return None


def _text(content: bytes) -> str | None:
    head = content[:_LOOKED_AT]
    if not head or head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_ACTIVE):
        return None
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return None
    return "txt"


def read_text(content: bytes) -> str:
    """A text file as it was meant: UTF-8, else as Windows writes it in Denmark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")

"""Folders of processes as one zip: the same files give the same bytes, and nothing harmful is unpacked."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flowcase.errors import FlowcaseError

ENDINGS = (".bpmn", ".dmn", ".form", ".yaml")
FOLDERS = ("decisions", "forms", "rulesets", "scenarios", "rules")
MOST_FILES = 2000
MOST_BYTES = 64 * 1024 * 1024  # of everything that is unpacked
MOST_BYTES_OF_A_FILE = 2 * 1024 * 1024
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest instant that a zip can tell
_PLACE = re.compile(r"(?!\.)[\w .+()-]{1,100}(/(?!\.)[\w .+()-]{1,100}){0,5}")


class Wrong(StrEnum):
    """Why files are not taken in."""

    UNREADABLE = "it cannot be read as one"
    MANY = "it has more files than the at most {most} that are taken"
    LINK = "'{name}' is a link"
    ENCRYPTED = "'{name}' is encrypted"
    SAME_NAME = "two of its files have the same name, '{name}'"
    LARGE = "'{name}' is larger than 2 MB"
    LARGE_TOGETHER = "its files are larger than 64 MB together"
    PLACE = "'{name}' is no name of a file inside a folder"


class BadArchive(FlowcaseError):
    """A zip that is not taken in; nothing of it was."""

    def __init__(self, wrong: Wrong, *, name: str = "", most: int = 0) -> None:
        self.wrong, self.name, self.most = wrong, name[:80], most
        because = wrong.format(name=self.name, most=most)
        super().__init__(f"Expected a zip of processes, but {because}.")


@dataclass(frozen=True)
class Unpacked:
    files: Mapping[str, bytes]
    left_out: tuple[str, ...]  # names of files that are no diagram, table, form or rule set


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip in the order of the names. Stored, not squeezed: squeezed bytes differ between machines."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _LONG_AGO)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content)
    return made.getvalue()


def unpack(content: bytes) -> Unpacked:
    """The files of a zip by name; sizes are counted while unpacking, whatever the zip says of itself.

    A folder that holds everything is left out of the names. Raises BadArchive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise BadArchive(Wrong.UNREADABLE) from None


def _unpacked(archive: zipfile.ZipFile) -> Unpacked:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise BadArchive(Wrong.MANY, most=MOST_FILES)
    left_out = [entry.orig_filename for entry in entries if is_litter(entry.orig_filename)]
    entries = [entry for entry in entries if not is_litter(entry.orig_filename)]
    names = [entry.filename for entry in entries]
    for entry in entries:
        check_place(entry.orig_filename)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BadArchive(Wrong.LINK, name=entry.filename)
        if entry.flag_bits & 1:
            raise BadArchive(Wrong.ENCRYPTED, name=entry.filename)
    check_names(names)
    top = _top(names)
    files, total = {}, 0
    for entry in entries:
        name = entry.filename.removeprefix(top)
        if not name.endswith(ENDINGS):
            left_out.append(name)
            continue
        with archive.open(entry) as source:
            content = source.read(MOST_BYTES_OF_A_FILE + 1)
        total += len(content)
        if len(content) > MOST_BYTES_OF_A_FILE:
            raise BadArchive(Wrong.LARGE, name=name)
        if total > MOST_BYTES:
            raise BadArchive(Wrong.LARGE_TOGETHER)
        files[name] = content
    return Unpacked(files, tuple(left_out))


def is_place(path: str) -> bool:
    """Whether this can be the name of a file inside a folder."""
    return not any(part.startswith(".") for part in path.split("/")) and bool(_PLACE.fullmatch(path))


def is_litter(path: str) -> bool:
    """Whether a program leaves this beside one's files: it is left out, where names of folders are whole."""
    *above, name = path.split("/")
    beside = all(is_place(folder) for folder in above if folder)
    return name in _LITTER or (name.startswith("._") and beside and above[:1] == ["__MACOSX"])


def check_names(names: Sequence[str]) -> None:
    """Raises BadArchive for two that many machines hold to be one."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise BadArchive(Wrong.SAME_NAME, name=name)
        seen.add(name.casefold())


def check_place(name: str) -> None:
    """Raises BadArchive for a name that leads out of the folder, or that no file of ours can have."""
    if not is_place(name):
        raise BadArchive(Wrong.PLACE, name=name)


def inside_name(path: str) -> str:
    """What a file of a folder is called inside it: its name, below the folder of its kind if it has one."""
    *above, name = path.split("/")
    return f"{above[-1]}/{name}" if above and above[-1] in FOLDERS else name


def place_of(path: str) -> str:
    """Where a file goes in a folder: its own name, unless it was deployed by a place on some machine."""
    return path if is_place(path) else inside_name(path)


def _top(names: list[str]) -> str:
    """The folder around everything, as programs add one when they zip; not those that flowcase knows."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    if len(tops) != 1 or any("/" not in name for name in names):
        return ""
    (top,) = tops
    return "" if top in FOLDERS else f"{top}/"

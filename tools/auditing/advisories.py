"""Advisories from a file that was brought here, in the OSV format, held against what the locks pin.

An export is a folder, a zip (as osv.dev offers for each ecosystem), a JSON file with one record, a list of
them or `vulns`, or JSON lines. Ecosystems PyPI and npm are judged, others passed over.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from auditing.licences import Dependency

ECOSYSTEMS = {"PyPI": "python", "npm": "npm"}
_SEMVER = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")


class UnusableExport(Exception):
    """The file is no export that can be read, or holds nothing about an ecosystem of ours."""


@dataclass(frozen=True)
class Export:
    """What was brought: records of our ecosystems, and how new the newest of them is."""

    records: list[Mapping[str, Any]]
    ecosystems: frozenset[str]
    newest: str


@dataclass(frozen=True)
class Weakness:
    id: str
    dependency: Dependency
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        mended = ", ".join(self.fixed) or "?"
        return f"{self.dependency.name} {self.dependency.version}: {self.id}, mended in {mended}"


def read(path: Path) -> Export:
    """Raises UnusableExport."""
    try:
        records = [each for each in _records(path) if _is_record(each)]
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnusableExport(f"{path} cannot be read as OSV: {type(error).__name__}") from None
    ours = [each for each in records if any(_ecosystem(part) for part in each.get("affected") or ())]
    found = frozenset(_ecosystem(part) for each in ours for part in each["affected"]) - {""}
    if not ours:
        raise UnusableExport(f"{path} holds no OSV record about {' or '.join(ECOSYSTEMS)}")
    return Export(ours, found, max(str(each.get("modified", "")) for each in ours))


def _is_record(said: Any) -> bool:
    return isinstance(said, dict) and bool(said.get("id")) and isinstance(said.get("affected"), list)


def weaknesses(records: Iterable[Mapping[str, Any]], found: Iterable[Dependency]) -> list[Weakness]:
    """Of every pinned package; records that were withdrawn tell of none."""
    by_name: dict[tuple[str, str], list[Dependency]] = {}
    for each in found:
        by_name.setdefault((each.kind, _name(each.kind, each.name)), []).append(each)
    result = {}
    for record in records:
        if record.get("withdrawn"):
            continue
        for part in record.get("affected") or ():
            kind = _ecosystem(part)
            for each in by_name.get((kind, _name(kind, part["package"].get("name", ""))), ()):
                if _is_affected(each, part):
                    result[record["id"], each] = Weakness(record["id"], each, _fixed(part))
    return sorted(result.values(), key=lambda each: (each.dependency.kind, each.dependency.name, each.id))


def _records(path: Path) -> Iterator[Any]:
    if path.is_dir():
        for each in sorted(path.rglob("*.json")):
            yield from _of(each.read_text("utf-8"))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in sorted(packed.namelist()):
                if name.endswith(".json"):
                    yield from _of(packed.read(name).decode("utf-8"))
    elif path.suffix == ".jsonl":
        for line in path.read_text("utf-8").splitlines():
            yield from _of(line) if line.strip() else ()
    else:
        yield from _of(path.read_text("utf-8"))


def _of(text: str) -> list[Any]:
    said = json.loads(text)
    if isinstance(said, dict) and isinstance(said.get("vulns"), list):
        said = said["vulns"]
    return said if isinstance(said, list) else [said]


def _ecosystem(part: Any) -> str:
    package = part.get("package") if isinstance(part, dict) else None
    named = str((package or {}).get("ecosystem", "")).partition(":")[0]
    return ECOSYSTEMS.get(named, "")


def _name(kind: str, name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower() if kind == "python" else name


def _is_affected(dependency: Dependency, part: Mapping[str, Any]) -> bool:
    if dependency.version in (part.get("versions") or ()):
        return True
    ranges = [each for each in part.get("ranges") or () if each.get("type") in ("ECOSYSTEM", "SEMVER")]
    if not ranges and not part.get("versions"):
        return True  # it says nothing of versions: every one is affected
    return any(_is_within(dependency, each.get("events") or ()) for each in ranges)


def _is_within(dependency: Dependency, events: Iterable[Mapping[str, str]]) -> bool:
    """Events in the order of their versions: in from `introduced` on, out from `fixed` on."""
    order = _python_order if dependency.kind == "python" else _npm_order
    here = order(dependency.version)
    if here is None:
        return True  # of a version that cannot be placed a person has to judge
    placed = []
    for event in events:
        for kind, version in event.items():
            place = () if version == "0" else order(version)
            if place is not None and kind in ("introduced", "fixed", "last_affected"):
                placed.append((place, kind))
    is_in = False
    for place, kind in sorted(placed, key=lambda each: (each[0] != (), each[0], each[1] == "last_affected")):
        if place != () and (place > here if kind != "last_affected" else place >= here):
            break
        is_in = kind == "introduced"
    return is_in


def _python_order(version: str) -> Any:
    try:
        return (Version(version),)
    except InvalidVersion:
        return None


def _npm_order(version: str) -> Any:
    """As semantic versions are ordered: what has a word behind its number comes before it."""
    match = _SEMVER.fullmatch(version.strip())
    if match is None:
        return None
    numbers = tuple(int(each or 0) for each in match.groups()[:3])
    if match[4] is None:
        return (*numbers, 1, ())
    words = tuple((0, int(each), "") if each.isdigit() else (1, 0, each) for each in match[4].split("."))
    return (*numbers, 0, words)


def _fixed(part: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        event["fixed"]
        for each in part.get("ranges") or ()
        if each.get("type") != "GIT"
        for event in each.get("events") or ()
        if "fixed" in event
    )

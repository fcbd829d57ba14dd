"""Under which licence each dependency is, and whether that is one we may use."""

from __future__ import annotations

import importlib.metadata
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ALLOWED = Path(__file__).with_name("allowed.toml")
LOCKS = ("requirements.lock", "requirements-dev.lock")
NPM_LOCKS = (
    "src/flowcase/web/frontend/package-lock.json",
    "tests/feel/feelin/package-lock.json",
    "tests/modeling/moddle/package-lock.json",
)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Dependency:
    """One package of a lock file; `licence` is empty where nobody says it."""

    kind: str  # python | npm
    name: str
    version: str
    licence: str
    is_shipped: bool  # else: for development only


def rules() -> dict[str, Any]:
    return tomllib.loads(ALLOWED.read_text("utf-8"))


def dependencies(root: Path = ROOT) -> list[Dependency]:
    """Everything that the locks pin, by kind and name."""
    known = rules()
    found = {(each.kind, each.name, each.version): each for each in _npm(root, known)}
    shipped = dict(_PINNED.findall((root / LOCKS[0]).read_text("utf-8")))
    for lock in LOCKS:
        for name, version in _PINNED.findall((root / lock).read_text("utf-8")):
            licence = known["python"].get(name) or _said(name, known["aliases"])
            found["python", name, version] = Dependency("python", name, version, licence, name in shipped)
    return sorted(found.values(), key=lambda each: (each.kind, each.name, each.version))


def _npm(root: Path, known: Mapping[str, Any]) -> Iterator[Dependency]:
    for lock in NPM_LOCKS:
        packages = json.loads((root / lock).read_text("utf-8"))["packages"]
        for path, said in packages.items():
            if not path:
                continue
            name = path.rpartition("node_modules/")[2]
            licence = known["npm"].get(name) or said.get("license", "")
            is_shipped = lock == NPM_LOCKS[0] and not said.get("dev", False)
            yield Dependency("npm", name, said["version"], _plain(licence, known["aliases"]), is_shipped)


def _said(name: str, aliases: Mapping[str, str]) -> str:
    """What an installed package says of its licence: the expression, else its classifiers, else its field."""
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    expression = metadata.get("License-Expression")
    if expression:
        return _plain(expression, aliases)
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License")]
    named = sorted({_plain(each.rpartition(" :: ")[2], aliases) for each in classifiers})
    if named and "OSI Approved" not in named:
        return " OR ".join(named)
    return _plain((metadata.get("License") or "").strip().partition("\n")[0], aliases)


def _plain(said: str, aliases: Mapping[str, str]) -> str:
    said = said.strip()
    if said.startswith("(") and said.endswith(")"):
        said = said[1:-1]
    return aliases.get(said, said)


def is_allowed(licence: str, known: Mapping[str, Any]) -> bool:
    """Of several joined by OR one is enough; of those joined by AND each has to be."""
    if not licence:
        return False
    return any(
        all(each.strip(" ()") in known["licences"] for each in choice.split(" AND "))
        for choice in licence.split(" OR ")
    )


def problems(found: list[Dependency]) -> list[str]:
    known = rules()
    return [
        f"{each.kind} {each.name} {each.version}: {each.licence or 'says no licence'}"
        for each in found
        if not is_allowed(each.licence, known)
    ]


def page(found: list[Dependency]) -> str:
    """The list as a page of the documentation. Without versions: those are in the locks."""
    known = rules()
    lines = [
        "<!-- Written by `make audit`; a test compares it with the locks. -->",
        "",
        "# Licences of what flowcase is made of",
        "",
        "What a dependency may be licensed under is decided in `tools/auditing/allowed.toml`; `make test` "
        "refuses a package under another one, or that says none.",
        "",
        "| Licence | Why it may be used |",
        "|---|---|",
        *(f"| {licence} | {why} |" for licence, why in known["licences"].items()),
    ]
    for title, is_shipped in (("Shipped, or installed to run it", True), ("For development only", False)):
        of_it: dict[str, set[str]] = {}
        for each in found:
            if each.is_shipped == is_shipped:
                of_it.setdefault(each.licence, set()).add(f"{each.name} ({each.kind})")
        lines += ["", f"## {title}", "", "| Licence | Packages |", "|---|---|"]
        lines += [f"| {licence} | {', '.join(sorted(names))} |" for licence, names in sorted(of_it.items())]
    return "\n".join(lines) + "\n"

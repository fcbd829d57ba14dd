"""Writes the list of attacks into docs/security.md, from the tests that try them: `make security-page`.

Each test is one attack, or as many as it has cases; what is no longer collected is no longer on the list.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/security.md"
ATTACKS = ROOT / "tests/security/attacks.toml"
BEGIN, END = "<!-- attacks: written by tools/security_page.py -->", "<!-- end of the attacks -->"
_DATABASES = {"sqlite", "postgresql"}


@dataclass(frozen=True)
class Family:
    """A test, what its cases are, and what came of all of them."""

    test: str  # below tests/
    what: str
    result: str


def classes() -> dict[str, list[Family]]:
    """By title, in the order of the list."""
    known = tomllib.loads(ATTACKS.read_text("utf-8"))["class"]
    return {each["title"]: [Family(*row) for row in each["attacks"]] for each in known}


def collected() -> dict[str, list[str]]:
    """Test -> the names of its cases, without the databases that it runs on; as pytest collects them."""
    files = {family.test.partition("::")[0] for families in classes().values() for family in families}
    files |= set(re.findall(r"`tests/([\w/]+\.py)::", PAGE.read_text("utf-8")))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--no-header"]
        + [f"tests/{file}" for file in sorted(files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"tests/([^:]+::\w+)(?:\[(.*)\])?", line)
        if match:
            case = "-".join(part for part in (match[2] or "").split("-") if part not in _DATABASES)
            cases = found.setdefault(match[1], [])
            if case not in cases:
                cases.append(case)
    return found


def section(found: Mapping[str, list[str]]) -> str:
    """The list by class. Raises LookupError for a test that is not collected."""
    lines, number = [], 0
    for title, families in classes().items():
        rows = []
        for family in families:
            if family.test not in found:
                raise LookupError(f"Expected a test {family.test}, but pytest collects none.")
            file, _, name = family.test.partition("::")
            for case in found[family.test]:
                number += 1
                rows.append(f"| {number} | {_said(family.what, case)} | {family.result} | `{file}` {name} |")
        lines += ["", f"### {title}", "", "| | Attack | Result | Test |", "|---|---|---|---|", *rows]
    return "\n".join([f"{number} attacks in {len(classes())} classes.", *lines])


def _said(what: str, case: str) -> str:
    case = case.encode().decode("unicode_escape", "replace") if "\\x" in case or "\\u" in case else case
    case = case.replace("|", "\\|").replace("`", "'").replace("\n", " ").replace("\r", " ")
    case = "".join(each for each in case if each.isprintable())[:90]
    return f"{what} `{case}`" if case else what


def page(found: Mapping[str, list[str]], text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{section(found)}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(collected(), PAGE.read_text("utf-8")), "utf-8")

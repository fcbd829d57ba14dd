"""What the pages of docs/ point at is there: source files, and tests by the names that they are cited by."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))

_CITED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:\[[^`]*\])?`")
_CITED_PATH = re.compile(
    r"(?<![\w/.-])((?:src/flowcase|tests|tools|processes|deploy|docs|bench)/[\w./-]*\w/?)(?![\w*{<…])"
)


@cache
def names_collected_from(path: Path) -> frozenset[str]:
    """The names that pytest collects from a file: functions of the module and methods of its test classes."""
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    found: set[str] = set()
    for node in ast.parse(path.read_bytes()).body:
        members = node.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test") else [node]
        found |= {
            each.name
            for each in members
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
        }
    return frozenset(found)


def cited_tests(text: str) -> list[tuple[str, str]]:
    return _CITED_TEST.findall(text)


def cited_paths(text: str) -> list[str]:
    return _CITED_PATH.findall(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_cites_is_collected(page: Path) -> None:
    cited = cited_tests(page.read_text("utf-8"))

    gone = [f"{file}::{name}" for file, name in cited if name not in names_collected_from(ROOT / file)]

    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_cites_is_there(page: Path) -> None:
    cited = cited_paths(page.read_text("utf-8"))

    gone = [path for path in cited if not (ROOT / path).exists()]

    assert gone == []


def test_a_citation_of_what_is_not_there_is_found() -> None:
    here = "tests/house/test_pages_cite_what_is_there.py"
    page = f"`{here}::test_nothing_of_this_name`, [more](src/flowcase/no_such_room/file.py), `tools/gone.py`."

    (test,) = cited_tests(page)

    assert test == (here, "test_nothing_of_this_name")
    assert test[1] not in names_collected_from(ROOT / here)
    assert cited_paths(page)[1:] == ["src/flowcase/no_such_room/file.py", "tools/gone.py"]

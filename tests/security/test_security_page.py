"""docs/security.md tells of tests that pytest really collects, and its list of attacks is theirs."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security.md"


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("security_page")


def rows(text: str) -> set[str]:
    """The attacks of the page, without their numbers. Cases that were added since need not be there yet."""
    return set(re.findall(r"^\| \d+ (\|.*\|)$", text, re.MULTILINE))


def test_every_attack_on_the_list_is_a_test_that_runs_and_there_are_hundreds(writing: ModuleType) -> None:
    found = writing.collected()
    text = PAGE.read_text("utf-8")

    told, run = rows(text), rows(writing.page(found, text))
    assert sorted(told - run) == [], "write the page anew with: make security-page"
    assert len(told) > 500
    for families in writing.classes().values():
        for family in families:
            file, _, name = family.test.partition("::")
            assert any(f"`{file}` {name} |" in row for row in told), family
    named = set(re.findall(r"`tests/([\w/]+\.py::\w+)`", text))
    assert len(named) > 50
    assert sorted(named - set(found)) == []


def test_every_file_that_the_page_names_is_there() -> None:
    text = PAGE.read_text("utf-8")

    for path in re.findall(r"`(tests/[\w/]+\.py)`", text) + re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / path if path.startswith("tests/") else PAGE.parent / path).exists(), path


def test_no_row_names_a_whole_file_where_one_test_shows_it() -> None:
    of_the_page = PAGE.read_text("utf-8").partition("<!-- attacks:")
    rest = of_the_page[0] + of_the_page[2].partition("<!-- end of the attacks -->")[2]

    assert re.findall(r"`tests/[\w/]+\.py`", rest) == []


def test_every_room_has_its_threats() -> None:
    rooms = {path.name for path in (ROOT / "src/flowcase").iterdir() if (path / "__init__.py").exists()}
    told = set(re.findall(r"^\| `([a-z]+)`(?:, `([a-z]+)`)? \|", PAGE.read_text("utf-8"), re.MULTILINE))
    of_the_page = {name for pair in told for name in pair if name}

    assert rooms - of_the_page == {"demo", "scenarios"}  # play on installations of their own
    assert "scheduler" in of_the_page

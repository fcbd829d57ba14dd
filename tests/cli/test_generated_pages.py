"""Generated pages are as fresh as the code they come from, and nothing is left out of them."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from flowcase import config
from flowcase.cli import cli
from flowcase.cli.output import EXIT_CODES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generating() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "tools" / "generate_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_generated_page_is_fresh(generating: ModuleType) -> None:
    stale = [
        name
        for name, text in generating.pages().items()
        if not (ROOT / "docs" / name).exists() or (ROOT / "docs" / name).read_text("utf-8") != text
    ]

    assert stale == [], "Run: make docs"


def test_every_command_option_and_exit_code_is_on_the_page(generating: ModuleType) -> None:
    page = generating.command_line()

    for name, command in generating.commands():
        section = page.partition(f"## flowcase {name}\n")[2].partition("\n## ")[0]
        assert section, name
        options = {spelled for option in command.params for spelled in option.opts if spelled[0] == "-"}
        assert [spelled for spelled in options if spelled not in section] == [], name
    assert set(generating.exit_codes()) == {0, 2, *EXIT_CODES.values()}
    assert {name.split()[0] for name, _ in generating.commands()} == set(cli.commands)
    said = re.findall(r"\b(\d) ", cli.help or "")
    assert set(map(int, said)) == set(generating.exit_codes())


def test_every_setting_is_documented_and_read(generating: ModuleType) -> None:
    page = generating.settings()
    named = dict(re.findall(r"(\w+): .*# (FLOWCASE_\w+):", _source()))

    assert set(named) == {field.name for field in dataclasses.fields(config.Config)}
    assert [name for name in named.values() if f"`{name}`" not in page] == []
    assert [name for name in named.values() if f'"{name}"' not in _source()] == []


def test_no_setting_is_read_anywhere_else() -> None:
    elsewhere = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src" / "flowcase").rglob("*.py")
        if "node_modules" not in path.parts
        and path.name != "config.py"
        and re.search(r"environ(\[|\.get\()|getenv\(", path.read_text("utf-8"))
    ]

    assert elsewhere == []


def _source() -> str:
    return Path(config.__file__).read_text("utf-8")

"""What a command imports: its own module alone, so that the others cost it nothing."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import flowcase.cli
from flowcase.cli import MODULES

HEAVY = ("sqlalchemy", "SpiffWorkflow", "flask", "lxml")


def test_every_command_is_found_in_the_module_that_is_named_for_it() -> None:
    folder = Path(flowcase.cli.__file__).parent
    modules = {
        path.stem: importlib.import_module(f"flowcase.cli.{path.stem}") for path in folder.glob("*.py")
    }
    found = {
        name: {command.name for command in module.COMMANDS}
        for name, module in modules.items()
        if hasattr(module, "COMMANDS")
    }

    assert {name: set(names) for name, names in MODULES.items()} == found


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_version_is_told_without_the_engine_and_the_database(option: str) -> None:
    code = (
        "import sys; from flowcase.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print(sorted(set(sys.modules) & set({HEAVY!r})))"
    )

    said = subprocess.run([sys.executable, "-c", code, option], capture_output=True, text=True, check=True)

    loaded = said.stdout.splitlines()[-1]
    assert (loaded == "[]") == (option == "--version"), loaded

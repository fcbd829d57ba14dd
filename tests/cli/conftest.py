"""A throw-away installation below the test's own folder, and the command line pointed at it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cli import cli
from tests.made_once import made_once

PROCESSES = config.shipped_processes()


class CommandLine:
    """`flowcase` with arguments, as a person types them."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str | Path, expect: int = 0, input: str = "") -> Result:
        result = CliRunner().invoke(cli, ["--home", str(self.home), *map(str, arguments)], input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, result.output
        return result

    def json(self, *arguments: str | Path, expect: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", expect=expect).stdout)


@pytest.fixture(scope="session")
def deployed_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the shipped processes and two people, made once."""

    def make(folder: Path) -> None:
        home = folder / "home"
        flowcase = CommandLine(home)
        flowcase("db", "upgrade")
        flowcase("deploy", PROCESSES, "--note", "Shipped processes")
        flow = bootstrap.open(config.load(home=home))
        flow.people.add("karen", name="Karen", groups=["fronten", "frontpersonale"], actor=SYSTEM)
        flow.people.add("sofie", name="Sofie", groups=["ssp"], actor=SYSTEM)
        flow.close()

    return made_once(tmp_path_factory, "deployed", make) / "home"


@pytest.fixture
def flowcase(deployed_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on a copy of an installation with the shipped processes."""
    for name in ("FLOWCASE_HOME", "FLOWCASE_DATABASE_URL", "FLOWCASE_KEY", "FLOWCASE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(deployed_template, tmp_path / "home")
    return CommandLine(tmp_path / "home")


@pytest.fixture
def opened(flowcase: CommandLine) -> Iterator[Callable[[], Flowcase]]:
    """Look into the installation between two commands."""
    flows: list[Flowcase] = []

    def opened() -> Flowcase:
        flows.append(bootstrap.open(config.load(home=flowcase.home)))
        return flows[-1]

    yield opened
    for flow in flows:
        flow.close()

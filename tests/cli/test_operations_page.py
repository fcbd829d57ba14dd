"""What docs/operations.md tells to type exists, and what it points to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import yaml

from flowcase.cli import cli
from flowcase.services.machines.nodes import Overview
from flowcase.services.signing_in.api_limits import Use
from flowcase.store.queries.nodes import Backlog
from flowcase.web.operating.operations import _gauges
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
USES = [Use("skoleportal", 0.5, 3)]


def commands() -> list[list[str]]:
    """The words after `flowcase` in code, options of the program itself left out."""
    text = PAGE.read_text("utf-8")
    inline = re.findall(r"`flowcase ([^`…]+)", text)
    typed = [re.sub(r"^FLOWCASE_\w+=\S+ ", "", line) for line in text.splitlines()]
    blocks = [line.removeprefix("flowcase ") for line in typed if line.startswith("flowcase ")]
    return [re.sub(r"^--home \S+ ", "", each).split() for each in inline + blocks]


def test_every_command_on_the_page_exists() -> None:
    found = commands()

    assert len(found) > 10
    for words in found:
        command: click.Command = cli
        for word in words:
            if not isinstance(command, click.Group):
                break
            inside = command.commands.get(word)
            assert inside is not None, f"flowcase {' '.join(words)}"
            command = inside
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_every_link_of_the_page_leads_somewhere() -> None:
    for address in re.findall(r"\]\(([^)]+)\)", PAGE.read_text("utf-8")):
        file, _, heading = address.partition("#")
        page = PAGE.parent / file if file else PAGE
        assert page.exists(), address
        assert not heading or heading in _headings(page), address


def _headings(page: Path) -> set[str]:
    """As a link names them: small letters, with hyphens for spaces."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in found}


def test_the_units_and_the_compose_file_run_commands_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    run = [service["command"] for service in compose["services"].values() if "command" in service]
    for unit in (ROOT / "deploy").glob("*.service"):
        lines = unit.read_text("utf-8").splitlines()
        commands = [line.partition("=")[2] for line in lines if re.match("ExecStart(Pre)?=", line)]
        run += [_without_its_shell(shlex.split(command)) for command in commands]

    assert len(run) >= 6
    for program, name, *_ in run:
        assert program.endswith("flowcase")
        assert name in cli.commands


def _without_its_shell(command: list[str]) -> list[str]:
    """What `/bin/sh -c 'exec ...'` becomes."""
    if command[:2] != ["/bin/sh", "-c"]:
        return command
    exec_, *inside = shlex.split(command[2])
    assert exec_ == "exec"
    return inside


def test_every_metric_on_the_page_is_told() -> None:

    seen = Overview(NOW, (), Backlog(0, None, 0, None, 0, 0, {"mail": 0}))

    told = {sample.name for metric in _gauges(seen, USES).collect() for sample in metric.samples}
    told -= {f"{name.removesuffix('_total')}_created" for name in told}  # Prometheus' own beside a counter

    assert set(re.findall(r"`(flowcase_\w+)", PAGE.read_text("utf-8"))) == told

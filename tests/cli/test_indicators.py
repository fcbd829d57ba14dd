"""The command for indicators: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.cli import cli
from flowcase.config import Config, shipped_processes
from flowcase.modeling import folder_files


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with six open cases of one caseworker."""
    home = tmp_path_factory.mktemp("home")
    config = Config(home=home, is_durable=False)
    bootstrap.upgrade(config)
    flow = bootstrap.open(config)
    flow.deployments.deploy(folder_files(shipped_processes()), actor=SYSTEM)
    for number in range(6):
        facts = {"status": "aaben", "sagsbehandler": "CW-1", "team": "familieteam_syd", "distrikt": "D1"}
        flow.cases.open(f"SAG-{number}", child={"navn": "Barn"}, facts=facts, actor=SYSTEM)
    flow.close()
    return home


def command(home: Path, *arguments: str) -> Any:
    period = ["--from", "2020-01-01", "--to", "2099-12-31"]
    return CliRunner().invoke(cli, ["--home", str(home), "indicators", *period, *arguments])


def test_a_table_has_a_line_for_every_figure(home: Path):
    result = command(home, "I-10", "I-03")

    assert result.exit_code == 0
    assert "I-10  Sagstal" in result.output
    assert "6.0" in result.output
    assert "intet at tælle" in result.output


def test_a_report_gathers_its_indicators_in_english(home: Path):
    result = command(home, "--report", "trappe", "--english")

    named = {line.split()[0] for line in result.output.splitlines()[2:]}
    assert named == {"I-06", "I-07", "I-08", "I-12", "I-13"}
    assert "Share in institutions" in result.output


def test_programs_get_definitions_with_the_figures(home: Path):
    [told] = json.loads(command(home, "I-14", "--json", "--district", "D1").stdout)

    assert (told["id"], told["rules"]) == ("I-14", ["R-067"])
    assert told["figures"][0]["denominator"] == 6


def test_a_csv_file_has_a_header_and_decimal_commas(home: Path):
    lines = command(home, "I-10", "--csv").output.splitlines()

    assert lines[0].startswith("Nr.;Nøgletal;Del;Værdi")
    assert lines[1].startswith("I-10;Sagstal;;6,0;")


def test_a_group_that_is_too_small_is_left_out(home: Path):
    other = json.loads(command(home, "I-14", "--json", "--team", "familieteam_nord").stdout)
    suppressed = command(home, "I-09").output

    assert other[0]["figures"][0]["denominator"] == 0
    assert "too few" not in suppressed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["I-99"], 3), (["--report", "alt"], 3), (["--to", "2019-01-01"], 2), (["--from", "i går"], 2)],
)
def test_what_cannot_be_counted_is_refused(home: Path, arguments: list[str], code: int):
    assert command(home, *arguments).exit_code == code

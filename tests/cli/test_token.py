"""`flowcase token`: how a program comes to the API."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from flowcase import bootstrap, config
from flowcase.cli import cli
from flowcase.web import create_app


def test_a_program_gets_an_account_and_a_token_that_opens_the_api(tmp_path: Path) -> None:
    settings = config.load(home=tmp_path, environment={})
    bootstrap.upgrade(settings)
    made = CliRunner().invoke(cli, ["--home", str(tmp_path), "token", "skoleportal", "--group", "indtag"])
    assert made.exit_code == 0, made.output

    flow = bootstrap.open(settings)
    client = create_app(flow).test_client()
    right = client.get("/api/user-tasks", headers={"Authorization": f"Bearer {made.stdout.strip()}"})
    wrong = client.get("/api/user-tasks", headers={"Authorization": "Bearer skoleportal.guess"})
    flow.close()

    assert right.status_code == 200
    assert wrong.status_code == 401


def test_an_account_that_is_not_there_gets_no_token(tmp_path: Path) -> None:
    bootstrap.upgrade(config.load(home=tmp_path, environment={}))

    refused = CliRunner().invoke(cli, ["--home", str(tmp_path), "token", "nobody"])

    assert refused.exit_code == 3

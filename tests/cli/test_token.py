"""`flowcase token`: how a program comes to the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.cli import cli
from flowcase.web import create_app


def test_a_program_gets_an_account_and_a_token_that_opens_the_api(tmp_path: Path) -> None:
    settings = config.load(home=tmp_path, environment={})
    bootstrap.upgrade(settings)
    account = ["make", "skoleportal", "--group", "indtag", "--scope", "tasks:read"]
    first = CliRunner().invoke(cli, ["--home", str(tmp_path), "service-account", *account])
    made = CliRunner().invoke(cli, ["--home", str(tmp_path), "token", "skoleportal"])
    assert (first.exit_code, made.exit_code) == (0, 0), first.output + made.output

    flow = bootstrap.open(settings)
    client = create_app(flow).test_client()
    right = client.get("/api/user-tasks", headers={"Authorization": f"Bearer {made.stdout.strip()}"})
    wrong = client.get("/api/user-tasks", headers={"Authorization": "Bearer skoleportal.guess"})
    before = client.get("/api/user-tasks", headers={"Authorization": f"Bearer {first.stdout.strip()}"})
    beyond = client.post("/api/notifications", headers={"Authorization": f"Bearer {made.stdout.strip()}"})
    flow.close()

    assert right.status_code == 200
    assert (wrong.status_code, before.status_code) == (401, 401)
    assert beyond.status_code == 403


@pytest.mark.parametrize("group", ["administrator", "procesejer", "indtag"])
@pytest.mark.parametrize("command", [["token"], ["service-account", "make"]])
def test_no_program_is_made_without_scopes(tmp_path: Path, command: list[str], group: str) -> None:
    settings = config.load(home=tmp_path, environment={})
    bootstrap.upgrade(settings)

    refused = CliRunner().invoke(cli, ["--home", str(tmp_path), *command, "maaler", "--group", group])

    flow = bootstrap.open(settings)
    accounts = flow.service_accounts.list(actor=SYSTEM)
    flow.close()
    assert (refused.exit_code, accounts) == (2, [])


def test_an_account_that_is_not_there_gets_no_token(tmp_path: Path) -> None:
    bootstrap.upgrade(config.load(home=tmp_path, environment={}))

    refused = CliRunner().invoke(cli, ["--home", str(tmp_path), "token", "nobody"])

    assert refused.exit_code == 3

"""`flowcase doctor` warns of settings that leave a door ajar."""

from __future__ import annotations

import base64
import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.access.events import PersonAdded
from flowcase.cli import examining, examining_safety
from flowcase.config import Config
from flowcase.services.transactions import DatabaseLost
from flowcase.store import INSTALLATION, Tx

SAFE: dict[str, Any] = {
    "https": True,
    "address": "https://flowcase.example",
    "key": base64.b64encode(os.urandom(32)).decode(),
}


def found(environment: dict[str, str] | None = None, **changed: Any) -> list[tuple[str, str]]:
    settings = dataclasses.replace(Config(home=Path("var"), **SAFE), **changed)
    return [(level, message) for level, message, _ in examining_safety.examine(settings, environment or {})]


def test_safe_settings_are_no_finding() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({"https": False}, "warning", "FLOWCASE_HTTPS"),
        ({"address": "http://flowcase.example"}, "warning", "FLOWCASE_ADDRESS"),
        ({"is_demonstration": True}, "warning", "demonstration"),
        ({"key": base64.b64encode(bytes(32)).decode()}, "error", "no random one"),
        ({"key": base64.b64encode(b"hemmelighemmelighemmelighemmelig").decode()}, "error", "no random one"),
        ({"oidc_issuer": "http://127.0.0.1:9400"}, "warning", "by http"),
        ({"session_idle_minutes": 240}, "warning", "240 minutes"),
        ({"session_hours": 48}, "warning", "48 hours"),
        ({"totp_groups": ()}, "warning", "administrator or procesejer signs in with a password alone"),
        ({"totp_groups": ("administrator",)}, "warning", "procesejer signs in with a password alone"),
        (
            {"oidc_issuer": "https://login.example", "totp_groups": ("administrator",)},
            "warning",
            "procesejer signs in with a password alone with an account of this installation",
        ),
        (
            {"oidc_issuer": "https://login.example", "totp_groups": ()},
            "warning",
            "administrator or procesejer signs in with a password alone with an account",
        ),
        ({"database_url": "postgresql://flowcase@database/flowcase"}, "warning", "certificate"),
        ({"database_url": "postgresql://f@database/f?sslmode=require"}, "warning", "certificate"),
        ({"is_durable": False}, "warning", "FLOWCASE_DURABLE"),
    ],
)
def test_each_door_that_is_left_ajar_is_named(changed: dict[str, Any], level: str, said: str) -> None:
    [(its_level, message)] = found(**changed)

    assert (its_level, said in message) == (level, True)


@pytest.mark.parametrize("name", ["FLASK_DEBUG", "PYTHONDEVMODE"])
def test_debugging_is_an_error(name: str) -> None:
    [(level, message)] = found({name: "1"})

    assert (level, name in message) == ("error", True)


def test_a_provider_beside_accounts_that_need_a_second_factor_is_no_finding() -> None:
    assert found(oidc_issuer="https://login.example") == []


def test_a_database_whose_certificate_is_checked_and_one_on_this_machine_are_no_finding() -> None:
    assert found(database_url="postgresql://f@database/f?sslmode=verify-full") == []
    assert found(database_url="postgresql://f@localhost/f") == []


def test_programs_from_before_there_were_scopes_are_named_while_they_are_in_use(tmp_path: Path) -> None:
    settings = config.load(home=tmp_path, environment={})
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings)
    flow.service_accounts.make("ny", groups=["indtag"], scopes=["notifications:write"], actor=SYSTEM)

    def as_before(tx: Tx) -> None:
        for id in ("gammel", "portal", "slut"):
            tx.append(
                INSTALLATION,
                PersonAdded(person=id, name=id, kind="service", groups=("indtag",), team=None, district=None),
            )

    before = list(examining_safety.programs(flow))
    flow.notices._transactions.run(SYSTEM, as_before)
    flow.service_accounts.end("slut", actor=SYSTEM)
    found = list(examining_safety.programs(flow))
    told = [each.what for each in examining.examine(settings) if "gammel, portal" in each.message]
    flow.close()

    assert before == []
    [(level, message, remedy)] = found
    assert level == "warning"
    assert message.endswith(": gammel, portal.")
    assert "flowcase service-account" in remedy
    assert told == ["programs"]


def test_a_database_that_is_lost_while_it_is_looked_at_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config.load(home=tmp_path, environment={})
    bootstrap.upgrade(settings)

    def lost(_: object) -> Iterator[examining.Examined]:
        raise DatabaseLost

    monkeypatch.setattr(examining, "_consistency", lost)
    found = examining.examine(settings)

    assert [each.what for each in found if "the connection was lost" in each.message] == ["database"]
    assert "deployments" in [each.what for each in found], "what was looked at before is told"

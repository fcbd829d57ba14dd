"""The tests' own PostgreSQL on a machine that does much else."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import pgserver, started


def test_a_server_that_takes_longer_than_its_package_waits_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    postgres_server = pgserver().postgres_server
    execute, tries = postgres_server.pgexec, 0

    def impatient(command: str, words: Any, **options: Any) -> str:
        nonlocal tries
        if command == "pg_ctl" and "start" in words:
            tries += 1
            options["timeout"] = 0.05
        return execute(command, words, **options)

    monkeypatch.setattr(postgres_server, "pgexec", impatient)
    place = Path(tempfile.mkdtemp(prefix="flowcase-postgresql-"))
    place.chmod(0o755)
    try:
        server = started(place / "data")
        try:
            with psycopg.connect(server.get_uri()) as connection:
                found = connection.execute("SELECT 1").fetchone()
        finally:
            server.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)

    assert found == (1,)
    assert tries >= 1

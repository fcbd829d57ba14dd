"""The database's file is replaced, or gone, under a web process and a worker that go on."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.bootstrap import Flowcase
from tests.cli.conftest import CommandLine, deployed_template, flowcase, opened  # noqa: F401 - fixtures
from tests.cli.test_database import at_work  # noqa: F401 - a fixture
from tests.ports import free_port

SECONDS = 240.0  # on a machine that does much else


def wait_for(what: Callable[[], Any], told: str) -> Any:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            found = what()
            if found:
                return found
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        except (OSError, sqlite3.Error):
            pass  # not there yet
        time.sleep(0.1)
    raise AssertionError(told)


class Processes:
    """A web process and a worker of one installation."""

    def __init__(self, home: Path, token: str) -> None:
        self.file, self._token = home / "flowcase.sqlite", token
        self._port = free_port()
        self.logs = {kind: home / f"{kind}.log" for kind in ("web", "worker")}
        words = {"web": ["serve", "--port", str(self._port)], "worker": ["worker"]}
        self._running = []
        for kind, log in self.logs.items():
            command = [sys.executable, "-m", "flowcase", "--home", str(home), *words[kind]]
            with log.open("wb") as written:
                child = subprocess.Popen(command, stdout=written, stderr=written, env={**os.environ})
            self._running.append(child)

    def ask(self, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        url, data = f"http://127.0.0.1:{self._port}/api{path}", body and json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=90) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def written_by(self) -> set[str]:
        """Kinds of the nodes that say in the file, as whoever opens it now reads it, that they live."""
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        rows = connection.execute("SELECT details FROM node").fetchall()
        connection.close()
        return {json.loads(details)["kind"] for (details,) in rows}

    def stop(self) -> None:
        for each in self._running:
            each.terminate()
        for each in self._running:
            each.wait(30)


@pytest.fixture
def token(at_work: CommandLine, opened: Callable[[], Flowcase]) -> str:  # noqa: F811
    flow = opened()
    flow.people.add_program("portal", groups=["frontpersonale"], scopes=SCOPES, actor=SYSTEM)
    token = flow.people.new_token("portal", actor=SYSTEM)
    flow.close()
    return token


@pytest.fixture
def older(at_work: CommandLine, token: str, tmp_path: Path) -> Path:  # noqa: F811
    """As it was before any node began."""
    source, file = sqlite3.connect(at_work.home / "flowcase.sqlite"), tmp_path / "older.sqlite"
    target = sqlite3.connect(file)
    source.backup(target)
    source.close()
    target.close()
    return file


@pytest.fixture
def processes(at_work: CommandLine, older: Path, token: str) -> Iterator[Processes]:  # noqa: F811
    processes = Processes(at_work.home, token)
    try:
        wait_for(lambda: processes.written_by() == {"web", "worker"}, "they did not begin")
        wait_for(lambda: processes.ask("/user-tasks"), "it did not answer")
        yield processes
    finally:
        processes.stop()


def test_they_write_to_the_older_file_that_was_moved_over_it(processes: Processes, older: Path) -> None:
    task = processes.ask("/user-tasks")[0]["id"]

    os.replace(older, processes.file)
    processes.ask(f"/user-tasks/{task}/claim", {})

    assert claimed(processes.file, task) == "portal"  # what was acknowledged is where others look for it
    wait_for(lambda: processes.written_by() == {"web", "worker"}, "somebody writes elsewhere")


def test_they_wait_for_a_file_that_is_gone_name_it_and_go_on_when_it_is_back(
    processes: Processes, tmp_path: Path
) -> None:
    task, elsewhere = processes.ask("/user-tasks")[0]["id"], tmp_path / "elsewhere.sqlite"

    processes.file.rename(elsewhere)
    for log in processes.logs.values():
        wait_for(lambda log=log: f'"file": "{processes.file}"' in log.read_text(), f"{log} does not name it")
    assert not processes.file.exists()
    elsewhere.rename(processes.file)
    processes.ask(f"/user-tasks/{task}/claim", {})

    assert claimed(processes.file, task) == "portal"


def claimed(file: Path, task: str) -> str | None:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    [[assignee]] = connection.execute("SELECT assignee FROM user_task WHERE id = ?", [task])
    connection.close()
    return assignee

"""The demonstration is made where it was asked for, wherever the command is started from."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flowcase import config
from flowcase.demo import preparing, serving


@pytest.mark.parametrize("named", ["absolute", "relative", "by a dot"])
def test_an_empty_home_in_which_the_command_is_started_is_filled_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    home = tmp_path / "demo"
    home.mkdir()
    monkeypatch.chdir(tmp_path if named == "relative" else home)
    monkeypatch.setattr(preparing, "_fill", lambda settings, say: "karen  et-kodeord\n")
    given = {"absolute": home, "relative": Path("demo"), "by a dot": Path(".")}[named]

    preparing.prepare(config.Config(home=given), say=lambda words: None)

    assert Path.cwd() == (tmp_path if named == "relative" else home)
    assert {each.name for each in home.iterdir()} == {preparing.SIGN_INS, config.DEMONSTRATION_MARK}
    assert [each.name for each in tmp_path.iterdir()] == ["demo"] and home.stat().st_mode & 0o077 == 0


def test_a_home_that_is_missing_is_made_and_one_with_something_in_it_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_fill", lambda settings, say: "karen  et-kodeord\n")
    preparing.prepare(config.Config(home=tmp_path / "new"), say=lambda words: None)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()

    with pytest.raises(config.InvalidSetting, match="holds another installation"):
        preparing.prepare(config.Config(home=tmp_path / "other"), say=lambda words: None)

    assert (tmp_path / "new" / preparing.SIGN_INS).read_text() == "karen  et-kodeord\n"
    assert [each.name for each in (tmp_path / "other").iterdir()] == ["file"]


_MAKES_ONE = """
import sys, time
from pathlib import Path
from flowcase import config
from flowcase.demo import preparing

def fill(settings, say):
    (settings.home / "flowcase.sqlite").write_text("half")
    print("filling", flush=True)
    time.sleep(600)

preparing._fill = fill
preparing.prepare(config.Config(home=Path(sys.argv[1])), say=print)
"""


def test_what_a_start_that_was_killed_left_half_made_is_removed_and_one_that_is_at_work_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the data and its key would otherwise lie beside the home for good."""
    command = [sys.executable, "-c", _MAKES_ONE, str(tmp_path / "demo")]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None and killed.stdout.readline() == "filling\n"
        killed.kill()
    [left] = tmp_path.iterdir()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as at_work:
        try:
            assert at_work.stdout is not None
            removed = "".join(itertools.takewhile("filling\n".__ne__, at_work.stdout))
            monkeypatch.setattr(preparing, "_fill", lambda settings, say: "karen  et-kodeord\n")
            preparing.prepare(config.Config(home=tmp_path / "demo"), say=said.append)
            beside = [each for each in tmp_path.iterdir() if each.name != "demo"]
        finally:
            at_work.kill()

    assert removed == f"Removing {left}, which a start that was killed left half made.\n"
    assert said == []
    assert [(each == left, (each / "flowcase.sqlite").exists()) for each in beside] == [(False, True)]
    assert {each.name for each in (tmp_path / "demo").iterdir()} == {
        preparing.SIGN_INS,
        config.DEMONSTRATION_MARK,
    }


@pytest.mark.parametrize(
    ("host", "found_at"),
    [
        ("127.0.0.1", "http://127.0.0.1:5180"),
        ("0.0.0.0", "http://127.0.0.1:5180"),
        ("::1", "http://[::1]:5180"),
        ("pc.kommune.example", "http://pc.kommune.example:5180"),
    ],
)
def test_links_in_mails_lead_to_the_port_the_demonstration_was_started_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, found_at: str
) -> None:
    for name, value in serving.told_to_children(config.Config(home=tmp_path), host, 5180).items():
        monkeypatch.setenv(name, value)

    assert config.load().address == found_at


def test_an_address_that_is_set_is_where_a_demonstration_is_found(tmp_path: Path) -> None:
    settings = config.Config(home=tmp_path, address="https://flowcase.example")

    told = serving.told_to_children(settings, "127.0.0.1", 5180)

    assert told["FLOWCASE_ADDRESS"] == "https://flowcase.example"


def test_a_worker_that_is_killed_is_told_of_and_started_again() -> None:
    said: list[str] = []
    worker = serving.Kept("worker", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
    try:
        worker.look_after(said.append)
        assert said == []
        first = worker.process
        first.kill()
        first.wait()

        worker.look_after(said.append)

        assert said == ["The worker was killed (SIGKILL). It is started again; nothing is lost."]
        assert worker.process.pid != first.pid and worker.process.poll() is None
    finally:
        worker.stop()
        worker.wait()
    assert worker.process.poll() is not None


def test_a_server_that_ends_at_once_again_and_again_is_given_up_with_a_clear_line() -> None:
    said: list[str] = []
    server = serving.Kept("server", [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))

    with pytest.raises(SystemExit) as ended:
        for _ in range(serving.MOST_SHORT_LIVES + 1):
            server.process.wait()
            server.look_after(said.append)

    assert said == ["The server ended with exit code 3. It is started again; nothing is lost."] * 2
    assert str(ended.value).startswith("The server ended with exit code 3, soon after its start 3 times;")


def test_what_ends_before_the_server_answers_is_named_for_what_it_is() -> None:
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        worker = serving.Kept("worker", [sys.executable, "-c", "raise SystemExit(2)"], dict(os.environ))

        with pytest.raises(SystemExit, match=r"^The worker ended with exit code 2, soon after its start"):
            serving._wait_until_it_answers(
                f"http://127.0.0.1:{taken.getsockname()[1]}/sund", [worker], said.append
            )

    assert said == ["The worker ended with exit code 2. It is started again; nothing is lost."] * 2

"""Keys at the terminal: from one place or another, brought in, put in use, rotated, checked and retired."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from flowcase.config import InvalidSetting, load
from flowcase.store import Keyring, KeyUnusable
from tests.cli.conftest import CommandLine


def _doctor(flowcase: CommandLine) -> list[tuple[str, str]]:
    """(level, message) of what the doctor says of keys; other findings may end it with 1."""
    from flowcase.cli import examining

    return [
        (each.level, each.message)
        for each in examining.examine(load(home=flowcase.home))
        if each.what == "keys"
    ]


def test_a_key_is_brought_in_step_by_step_and_the_old_one_retired(flowcase: CommandLine) -> None:
    path = flowcase.home / "installation.key"
    old = flowcase.json("keys", "list")["in_use"]

    new = flowcase.json("keys", "new")["id"]
    known = flowcase.json("keys", "list")
    flowcase("keys", "use", new)
    between, healthy = _doctor(flowcase), flowcase("keys", "check", expect=1).output
    too_early = flowcase("keys", "retire", old, expect=1).output
    rotated = flowcase.json("keys", "rotate")
    flowcase("keys", "check")
    flowcase("keys", "retire", old)

    assert (known["known"], known["in_use"]) == ([old, new], old)
    assert between == [
        ("warning", f"{rotated['rewrapped']} keys of cases are still wrapped by an older key than {new}.")
    ]
    assert "are under another key" in healthy
    assert "it still wraps" in too_early
    assert (rotated["key"], rotated["waiting"]) == (new, 0)
    assert _doctor(flowcase) == [("ok", f"Every key of a case is wrapped by key {new}.")]
    assert flowcase.json("keys", "list")["known"] == [new]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in flowcase.home.glob("*.part")] == []
    assert flowcase("verify").exit_code == 0


def test_no_command_shows_a_key(flowcase: CommandLine) -> None:
    flowcase("keys", "new")
    keys = (flowcase.home / "installation.key").read_text("ascii").split()

    told = "".join(
        flowcase(*words, expect=code).output
        for words, code in (
            (("keys", "list"), 0),
            (("keys", "check"), 0),
            (("keys", "rotate"), 0),
            (("keys", "use", "ffffffff"), 1),
            (("keys", "retire", "ffffffff"), 1),
        )
    )

    assert len(keys) == 2
    assert [key for key in keys if key in told] == []


def test_keys_come_from_a_command_and_what_it_printed_is_never_repeated(
    flowcase: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moved = (flowcase.home / "installation.key").rename(tmp_path / "vault")
    monkeypatch.setenv("FLOWCASE_KEY_COMMAND", f"cat '{moved}'")

    listed = flowcase.json("keys", "list")
    by_hand = flowcase("keys", "use", listed["in_use"], expect=1).output
    monkeypatch.setenv("FLOWCASE_KEY_COMMAND", f"sh -c 'cat {moved}; exit 3'")
    failed = flowcase("keys", "list", expect=1).output

    assert listed["known"] == [Keyring.from_text(moved.read_text("ascii")).in_use]
    assert "come from the command" in by_hand
    assert "ended with 3" in failed
    assert moved.read_text("ascii").strip() not in failed


@pytest.mark.parametrize(
    "command", ["/nowhere/vault", "'unclosed", "printf '\\377'", "true", "echo no-base64!"]
)
def test_a_command_that_gives_no_key_is_refused_in_a_sentence(
    flowcase: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("FLOWCASE_KEY_COMMAND", command)

    refused = flowcase("keys", "list", expect=1)

    assert "Expected to open the installation's key" in refused.output


def test_several_keys_may_be_given_in_the_environment(
    flowcase: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = flowcase.home / "installation.key"
    fresh = flowcase("keys", "new").output and path.read_text("ascii").split()
    path.unlink()
    monkeypatch.setenv("FLOWCASE_KEY", ",".join(reversed(fresh)))

    flowcase("keys", "rotate")
    monkeypatch.setenv("FLOWCASE_KEY", fresh[1])

    assert len(flowcase.json("keys", "list")["known"]) == 1
    flowcase("keys", "check")
    assert flowcase("keys", "new").stdout.strip() not in fresh


def test_two_places_at_once_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="choose one"):
        load(environment={"FLOWCASE_KEY_COMMAND": "cat x", "FLOWCASE_KEY": "eA=="})


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "installation.key").write_bytes(b"\xff\xfe")

    with pytest.raises(KeyUnusable, match="cannot be read"):
        load(home=tmp_path, environment={}).keyring()

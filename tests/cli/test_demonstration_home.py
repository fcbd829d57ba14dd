"""The demonstration is made where it was asked for, wherever the command is started from."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase import config
from flowcase.demo import preparing


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

"""The stage of a folder is built once, and anew when one of its files was written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.scenarios import stage

FORMS = Path(__file__).parents[2] / "processes" / "forms"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "processes"
    folder.mkdir()
    shutil.copy(min(FORMS.glob("*.form")), folder / "a.form")
    return folder


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], list[object]]:
    """How often the files were read, and every content that was deployed, once the stage was asked for."""
    read, seen = stage.folder_files, []
    monkeypatch.setattr(stage, "folder_files", lambda folder: seen.append("read") or read(folder))
    monkeypatch.setattr(stage, "_deploy", lambda content, home, _: seen.append(dict(content)))
    monkeypatch.setattr(stage, "_built", {})
    monkeypatch.setattr(stage, "_known", None)

    def asked(folder: Path) -> list[object]:
        seen.clear()
        stage._template(folder, SYSTEM)
        return list(seen)

    return asked


def test_files_are_read_again_when_one_was_written_and_deployed_when_it_says_something_else(
    folder: Path, deployed: Callable[[Path], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SETTLED", 0)
    before = (folder / "a.form").read_bytes()

    assert deployed(folder) == ["read", {"a.form": before}]
    assert deployed(folder) == []
    (folder / "b.form").write_bytes(before)
    assert deployed(folder) == ["read", {"a.form": before, "b.form": before}]
    (folder / "b.form").write_bytes(before + b" ")
    assert deployed(folder) == ["read", {"a.form": before, "b.form": before + b" "}]
    (folder / "b.form").unlink()
    assert deployed(folder) == ["read"]
    assert deployed(folder) == []


@pytest.mark.parametrize("why", ["written a moment ago", "a link", "a link that leads nowhere"])
def test_files_are_read_each_time_where_a_change_would_not_be_seen(
    folder: Path, deployed: Callable[[Path], list[object]], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why != "written a moment ago":
        monkeypatch.setattr(stage, "SETTLED", 0)
        target = "a.form" if why == "a link" else "nowhere"
        (folder / "c.form").symlink_to(folder / target)

    deployed(folder)

    assert deployed(folder) == ["read"]

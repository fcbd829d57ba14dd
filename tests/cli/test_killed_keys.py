"""A command for keys is killed (SIGKILL): every key of a case opens, and the command can be run again."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import click
import pytest
from sqlalchemy.engine.default import DefaultDialect

from flowcase.store import key_places
from flowcase.store.tx import Tx
from tests.cli.conftest import CommandLine, deployed_template, flowcase  # noqa: F401 - fixtures
from tests.cli.test_database import at_work, tasks  # noqa: F401 - fixtures
from tests.cli.test_killed_commands import killed

# Where the process ends: (what is called, behind how many calls; None: instead of the first).
FILE_STEPS: dict[str, tuple[Any, str, int | None]] = {
    "before the file is read": (key_places, "_lines", None),
    "before anything is written": (key_places, "_write", None),
    "with an empty file beside it": (os, "fchown", None),
    "with a file beside it that is written and not safe": (os, "fsync", None),
    "with a file beside it that is safe": (os, "fsync", 0),
    "in place and not safe": (Path, "replace", 0),
    "in place and not told": (click, "echo", None),
}


def known(flowcase: CommandLine) -> list[str]:  # noqa: F811
    ids: list[str] = flowcase.json("keys", "list")["known"]
    return ids


def check_all_opens(flowcase: CommandLine) -> None:  # noqa: F811
    """By the keys that the file lists: the key of every case, and with them every record."""
    found = flowcase.json("keys", "check", expect=1 if waiting(flowcase) else 0)
    assert (found["unopened"], found["opened"] > 5) == ([], True)
    flowcase("verify", "--rows")
    mode = (flowcase.home / "installation.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def waiting(flowcase: CommandLine) -> int:  # noqa: F811
    seen = flowcase.json("keys", "list")
    return sum(count for id, count in seen["streams"].items() if id != seen["in_use"])


@pytest.mark.parametrize("step", FILE_STEPS)
def test_new_use_and_retire_leave_the_keys_from_before_or_from_after(
    at_work: CommandLine,  # noqa: F811
    step: str,
) -> None:
    place, name, behind = FILE_STEPS[step]
    is_done, before = (behind == 0 and place is Path) or place is click, tasks(at_work)
    [old] = known(at_work)

    killed(lambda: at_work("keys", "new"), place, name, behind=behind)
    assert len(known(at_work)) == 1 + is_done
    assert known(at_work)[0] == old
    check_all_opens(at_work)
    if not is_done:
        at_work("keys", "new")
    [_, new] = known(at_work)

    killed(lambda: at_work("keys", "use", new), place, name, behind=behind)
    assert known(at_work) == ([new, old] if is_done else [old, new])
    check_all_opens(at_work)
    at_work("keys", "use", new)
    assert known(at_work) == [new, old]
    at_work("keys", "rotate")

    killed(lambda: at_work("keys", "retire", old), place, name, behind=behind)
    assert known(at_work) == ([new] if is_done else [new, old])
    check_all_opens(at_work)
    said = at_work("keys", "retire", old, expect=1 if is_done else 0).output
    assert ("holds no key with the id" in said) == is_done
    assert known(at_work) == [new]
    check_all_opens(at_work)
    assert tasks(at_work) == before != []
    at_work("keys", "new")  # whatever was left beside the file is in nobody's way
    assert [each.name for each in at_work.home.glob("*.part")] == []


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("moment", ["before", "behind"])
def test_a_rotation_killed_around_any_commit_goes_on_where_it_was(
    at_work: CommandLine,  # noqa: F811
    moment: str,
    number: int,
) -> None:
    before = tasks(at_work)
    new = at_work.json("keys", "new")["id"]
    at_work("keys", "use", new)
    place, name = (Tx, "finish") if moment == "before" else (DefaultDialect, "do_commit")

    killed(lambda: at_work("keys", "rotate"), place, name, behind=number)

    check_all_opens(at_work)
    at_work("keys", "rotate")
    assert waiting(at_work) == 0
    check_all_opens(at_work)
    assert tasks(at_work) == before != []
    assert at_work("verify").exit_code == 0

"""Which faults a run tries, and what its page says of the others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import chaos
from faults import patroni, quorums
from faults.outcome import Outcome


def test_the_largest_run_tries_everything_and_the_usual_one_what_needs_no_packages() -> None:
    assert set(chaos.chosen_of("", is_full=True)) == {*chaos.FAULTS, *chaos.ASKED}
    assert chaos.chosen_of("", is_full=False) == list(chaos.FAULTS)
    assert chaos.chosen_of("nodes,quorum", is_full=True) == ["nodes", "quorum"]


def test_the_page_says_what_was_left_out_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patroni.shutil, "which", lambda name: None)

    tried = [Outcome(name, name, {"kills": 1}) for name in chaos.FAULTS]
    usual = chaos.page_of(tried, 1, 10, "idle", is_full=False)
    largest = chaos.page_of([*tried, quorums.lost(seconds=5, seed=1)], 1, 30, "idle", is_full=True)

    assert "Not tried in this run: quorum (`make chaos ONLY=quorum`)." in usual
    assert "two members of etcd killed | left out: not on this machine: patroni, etcd" in largest
    assert "Not tried" not in largest

"""Conditions and tables are not slower than SpiffWorkflow's own path by more than a factor of two.

Processor time of one thread is compared, so that a busy machine tells the same.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "tools" / "bench_feel.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_feel", BENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_feel_keeps_up_with_python_text(bench, monkeypatch):
    monkeypatch.setattr(bench, "ROUNDS", 3)
    monkeypatch.setattr(bench, "SECONDS", 0.005)

    figures = bench.measure()

    conditions = [row["ratio"] for row in figures["conditions"].values()]
    tables = [row["ratio"] for row in figures["tables"].values()]
    assert None not in conditions, "both sides answer each condition alike"
    assert sum(ratio is not None for ratio in tables) == 2, "SpiffWorkflow reads lists and ranges wrongly"
    assert max(conditions) < 2
    assert max(ratio for ratio in tables if ratio) < 2
    assert "SpiffWorkflow" in bench.report(figures)

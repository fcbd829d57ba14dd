"""Values that nobody should send are refused by their field, and never break anything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cli.settings import read_files
from flowcase.errors import FlowcaseError, InvalidValues
from tests.cli.conftest import PROCESSES
from tests.proofs.fictional_families import notification

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ODD: tuple[Any, ...] = (
    "\ud800", "\x00", "0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-02-30",
    "24:00", True, [], {}, [[[]]], {"a": 1}, 1e308, 10**40, "1e400", "NaN", "²", "'; drop", "../../x", "=1+1",
    "٣", "x" * 300_000, ["a"] * 600,
)  # fmt: skip


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowcase]:
    flow = bootstrap.open_throwaway(tmp_path_factory.mktemp("odd"), now=NOW)
    flow.deployments.deploy(read_files((str(PROCESSES),)), actor=SYSTEM)
    yield flow
    flow.close()


@pytest.mark.parametrize("key", [*notification(1, now=NOW), "bilag", "begrundelse_ikke_orienteret"])
def test_an_odd_value_is_taken_as_it_is_or_refused(flow: Flowcase, key: str) -> None:
    for position, odd in enumerate(ODD):
        values = {**notification(position, now=NOW, underretning_id=f"{key}-{position}"), key: odd}
        try:
            flow.notifications.receive(values, source="file", actor=SYSTEM)
        except InvalidValues as refused:
            assert {name.partition(".")[0] for name in refused.errors} <= {key, "underretter_kontakt"}

    assert flow.incidents.list() == []


@pytest.mark.parametrize("key", ["navn", "cpr", "foedt", "adresse", "institution", "sag"])
def test_an_odd_value_about_a_child_is_taken_as_it_is_or_refused(flow: Flowcase, key: str) -> None:
    for position, odd in enumerate(ODD):
        values = notification(position, now=NOW, underretning_id=f"barn-{key}-{position}")
        values["boern"] = [{**values["boern"][0], key: odd}]
        try:
            flow.notifications.receive(values, source="file", actor=SYSTEM)
        except FlowcaseError as refused:
            assert isinstance(refused, InvalidValues)

    assert flow.incidents.list() == []

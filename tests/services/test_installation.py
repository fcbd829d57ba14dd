"""Opening an installation: settings, keys, schema, and its clock."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase, SchemaOutdated
from flowcase.clock import DemonstrationClock, ManualClock, WallClock
from flowcase.config import Config, InvalidSetting
from flowcase.errors import Refused
from flowcase.services.transactions import Transactions
from flowcase.store import KeyUnusable, Store
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, start, user_task


@pytest.mark.usefixtures("migrations")
def test_an_installation_is_made_by_an_upgrade_and_opened_afterwards(tmp_path: Path) -> None:
    settings = config.load(home=tmp_path / "home", environment={})
    with pytest.raises(KeyUnusable):
        bootstrap.open(settings)

    revision = bootstrap.upgrade(settings)
    assert bootstrap.upgrade(settings) == revision

    flow = bootstrap.open(settings)
    assert flow.store.revision() == revision
    assert isinstance(flow.clock, WallClock)
    flow.close()


def test_an_empty_database_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    settings = config.load(home=tmp_path, environment={})
    settings.create_missing_key()

    with pytest.raises(SchemaOutdated, match="flowcase db upgrade"):
        bootstrap.open(settings)


def test_another_installations_key_is_refused_at_once(flow: Flowcase, tmp_path: Path) -> None:
    flow.deployments.deploy({"p.bpmn": process("p", start(), user_task("a"), end())}, actor=OPERATOR)
    settings = Config(home=tmp_path / "other", database_url=flow.settings.database_url)
    settings.create_missing_key()

    with pytest.raises(KeyUnusable, match="another one"):
        bootstrap.open(settings, clock=ManualClock(NOW))


def test_settings_come_from_the_environment() -> None:
    settings = config.load(
        environment={
            "FLOWCASE_HOME": "/srv/flowcase",
            "FLOWCASE_DATABASE_URL": "postgresql://db/flowcase",
            "FLOWCASE_DEMONSTRATION": "yes",
            "FLOWCASE_HTTPS": "1",
        }
    )

    assert (settings.home, settings.url) == (Path("/srv/flowcase"), "postgresql://db/flowcase")
    assert (settings.is_demonstration, settings.https, settings.is_durable) == (True, True, True)
    assert config.load(environment={}).url == "sqlite:///var/flowcase.sqlite"


def test_a_setting_that_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="FLOWCASE_HTTPS"):
        config.load(environment={"FLOWCASE_HTTPS": "maybe"})


def test_the_session_key_follows_from_the_installation_key_and_is_not_it(tmp_path: Path) -> None:
    settings = Config(home=tmp_path)
    settings.create_missing_key()

    assert settings.session_keys() == Config(home=tmp_path).session_keys()
    assert settings.session_keys()[0] not in settings.key_path.read_bytes()
    assert "key=" not in repr(Config(key="c2VjcmV0"))


def test_the_demonstrations_clock_is_shared_by_all_who_open_the_database(store: Store) -> None:
    one, other = DemonstrationClock(store), DemonstrationClock(store)
    before = one.now()

    one.advance(dt.timedelta(days=10), actor=SYSTEM)

    assert dt.timedelta(days=10) <= other.now() - before < dt.timedelta(days=10, minutes=5)
    with pytest.raises(Refused):
        other.set(before, actor=SYSTEM)


def test_what_a_request_reads_is_read_at_the_instant_of_the_demonstrations_clock(store: Store) -> None:
    clock = DemonstrationClock(store)
    clock.advance(dt.timedelta(days=10), actor=SYSTEM)
    transactions = Transactions(store, clock)
    before = clock.now()

    with store.one_reading():
        first = transactions.read(lambda tx: tx.now)
        with store.begin(SYSTEM, clock.now()):
            pass
        after_writing = transactions.read(lambda tx: tx.now)

    assert before <= first <= after_writing < before + dt.timedelta(minutes=5)


def test_a_clock_that_stands_still_never_goes_back() -> None:
    clock = ManualClock(NOW)
    clock.advance(dt.timedelta(hours=1))

    assert clock.now() == NOW + dt.timedelta(hours=1)
    with pytest.raises(Refused):
        clock.set(NOW)


def test_only_a_demonstration_has_a_clock_that_can_be_set(tmp_path: Path) -> None:
    for is_demonstration, expected in ((True, DemonstrationClock), (False, WallClock)):
        settings = Config(home=tmp_path, is_demonstration=is_demonstration)
        bootstrap.upgrade(settings)
        flow = bootstrap.open(settings)
        assert isinstance(flow.clock, expected)
        flow.close()


def test_a_throwaway_installation_runs_on_the_instant_it_is_given(tmp_path: Path) -> None:
    flow = bootstrap.open_throwaway(tmp_path, now=NOW, settings={"intake_mode": "direct"})

    assert flow.clock.now() == NOW
    flow.close()

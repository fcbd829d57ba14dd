"""A process whose database is away says so once, from time to time that it still is, and when it is back."""

from __future__ import annotations

from structlog.testing import capture_logs

from flowcase.outage import REMIND_SECONDS, Outage
from flowcase.services.transactions import DatabaseFull, DatabaseLost, RoleLacksRights, TablesMissing


def test_many_ticks_that_meet_an_outage_say_it_once_and_again_after_minutes() -> None:
    now = [1000.0]
    outage = Outage(lambda: now[0])

    with capture_logs() as said:
        for _ in range(40):  # ticks of 25 seconds
            now[0] += 10
            for since in (now[0] - 10, now[0] - 9):
                outage.is_away(since=since, because=DatabaseLost())
        now[0] += 10
        outage.is_back(now[0] - 1)
        outage.is_back(now[0] - 1)

    assert [(line["event"], line.get("seconds"), line.get("away_seconds")) for line in said] == [
        ("database away", 10, None),
        ("database still away", 10 + REMIND_SECONDS, None),
        ("database back", None, 410),
    ]


def test_an_answer_that_was_on_its_way_before_the_outage_is_no_sign_that_it_is_over() -> None:
    now = [1000.0]
    outage = Outage(lambda: now[0])

    with capture_logs() as said:
        outage.is_away(since=990.0)
        outage.is_back(999.5)

    assert [line["event"] for line in said] == ["database away"]


def test_who_gives_up_only_after_it_is_back_tells_of_no_second_outage() -> None:
    now = [1000.0]
    outage = Outage(lambda: now[0])

    with capture_logs() as said:
        outage.is_away(since=990.0)
        now[0] = 1020.0
        outage.is_back(1019.0)
        now[0] = 1021.0
        outage.is_away(since=995.0)
        now[0] = 1050.0
        outage.is_away(since=1030.0)

    assert [(line["event"], line.get("seconds")) for line in said] == [
        ("database away", 10),
        ("database back", None),
        ("database away", 20),
    ]


def test_a_full_disk_is_told_for_each_service_once_in_minutes() -> None:
    now = [1000.0]
    outage = Outage(lambda: now[0])

    with capture_logs() as said:
        for _ in range(int(REMIND_SECONDS)):
            outage.is_put_off("jobs 1", because=DatabaseFull())
            outage.is_put_off("timers", because=DatabaseFull())
            now[0] += 1.5

    assert [(line["service"], line["because"]) for line in said] == [
        ("jobs 1", "DatabaseFull"),
        ("timers", "DatabaseFull"),
    ] * 2


def test_a_database_without_tables_or_rights_is_told_once_and_again_when_it_can_be_worked_with() -> None:
    now = [1000.0]
    outage = Outage(lambda: now[0])

    with capture_logs() as said:
        for _ in range(40):  # seconds between a restore and `flowcase db rights`
            now[0] += 1
            for error in (TablesMissing(), RoleLacksRights("permission denied for table timer")):
                outage.is_unready(because=error)
            outage.is_back(now[0] + 0.1)  # another tick, which needs no table
        for _ in range(40):
            now[0] += 1
            outage.is_back(now[0] - 0.1)

    assert [(line["event"], line.get("because"), line.get("seconds")) for line in said] == [
        ("database not ready", "TablesMissing", None),
        ("database ready", None, 39),
    ]

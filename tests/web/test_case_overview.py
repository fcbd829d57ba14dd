"""The ladder as a drawing and in words, and what is open between people, on the case page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM

CASE = "SAG-2588"
MEASURES = [
    {"trin": 2, "start": dt.date(2025, 9, 1), "slut": dt.date(2026, 1, 15), "slutaarsag": "trappet_op"},
    {"trin": 5, "start": dt.date(2026, 1, 15), "slut": dt.date(2026, 3, 1), "slutaarsag": "nedtrappet"},
    {"trin": 3, "start": dt.date(2026, 3, 1)},
]


@pytest.fixture
def write(world):
    def write(entity: str, values: dict[str, Any]) -> None:
        def work(tx: Any) -> None:
            world.flow.cases._open_work(tx, case=CASE).create(entity, values, CASE)

        world.flow.cases._transactions.run(SYSTEM, work)

    return write


@pytest.fixture
def laddered(write):
    for measure in MEASURES:
        status = "ophoert" if "slut" in measure else "i_gang"
        write("Foranstaltning", {**measure, "status": status, "begrundelse": "Fortroligt"})


def test_the_way_on_the_ladder_is_drawn_and_told(sign_in, laddered):
    page = sign_in("camilla.syd").get(f"/sager/{CASE}")

    ladder = page.one("//section[@aria-labelledby='indsatstrappe']")
    [drawing] = ladder.xpath(".//*[local-name()='svg']")
    described = drawing.get("aria-labelledby").split()
    assert [len(ladder.xpath(f".//*[@id='{id}']")) for id in described] == [1, 1]
    assert "3 ophold på trappen: 1 gange ned, 1 gange op. Nu: trin 3." in ladder.text_content()
    assert [line.text_content().split(":")[0] for line in ladder.xpath(".//ol/li")] == [
        "Trin 2 (Hjemmebaseret indsats), begyndte",
        "Trin 5 (Institution), op",
        "Trin 3 (Slægt eller netværk), ned",
    ]
    assert len(drawing.xpath(".//*[local-name()='rect']")) == len(MEASURES)
    assert "Fortroligt" not in page.source


def test_a_case_without_a_measure_has_no_ladder(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2590")

    assert page.all("//section[@aria-labelledby='indsatstrappe']") == []


def test_what_is_open_between_people_is_listed_with_its_date(sign_in, write):
    write(
        "Moede",
        {"slags": "familiemoede", "status": "planlagt", "tid": dt.datetime(2026, 4, 9, 12, tzinfo=dt.UTC)},
    )
    write("Moede", {"slags": "forum", "status": "afsluttet"})
    write(
        "Aftale",
        {"status": "aftalt", "frist": dt.date(2026, 4, 20), "tovholder": "else.syd", "hvad": "Hemmeligt"},
    )
    write("Aftale", {"status": "opfyldt", "frist": dt.date(2026, 3, 1)})

    page = sign_in("camilla.syd").get(f"/sager/{CASE}")

    meetings = page.one("//section[@aria-labelledby='moeder']").text_content()
    agreements = page.one("//section[@aria-labelledby='aftaler']").text_content()
    assert "Familiemøde" in meetings
    assert "tors. 9. apr. 2026 kl. 14.00" in meetings
    assert "forum" not in meetings.lower()
    assert "man. 20. apr. 2026" in agreements
    assert "Else Brandt" in agreements
    assert agreements.count("Aftale") == 1
    assert "Hemmeligt" not in page.source


def test_the_drawing_speaks_english_too(sign_in, laddered):
    ladder = (
        sign_in("camilla.syd")
        .get(f"/sager/{CASE}?sprog=en")
        .one("//section[@aria-labelledby='indsatstrappe']")
    )

    assert "3 stays on the ladder: 1 times down, 1 times up. Now: step 3." in ladder.text_content()

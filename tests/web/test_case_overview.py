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
    assert "3 ophold på trappen: 1 gang ned, 1 gang op. Nu: trin 3." in ladder.text_content()
    assert [line.text_content().split(":")[0] for line in ladder.xpath(".//ol/li")] == [
        "Trin 2 (Hjemmebaseret indsats), det første",
        "Trin 5 (Institution), op",
        "Trin 3 (Slægt eller netværk), ned",
    ]
    assert len(drawing.xpath(".//*[local-name()='rect']")) == len(MEASURES)
    assert "Fortroligt" not in page.source


def test_a_case_without_a_measure_has_no_ladder(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2590")

    assert page.all("//section[@aria-labelledby='indsatstrappe']") == []


def test_meetings_and_agreements_are_listed_with_their_dates_and_who_sees_to_them(sign_in, write):
    write(
        "Moede",
        {"slags": "familiemoede", "status": "planlagt", "tid": dt.datetime(2026, 4, 9, 12, tzinfo=dt.UTC)},
    )
    write("Moede", {"slags": "forum", "status": "afsluttet", "dato": dt.date(2026, 3, 2)})
    write(
        "Aftale",
        {
            "status": "aftalt",
            "frist": dt.date(2026, 4, 20),
            "tovholder": "else.syd",
            "hvad": "Ring til skolen",
        },
    )
    write("Aftale", {"status": "opfyldt", "frist": dt.date(2026, 3, 1)})

    page = sign_in("camilla.syd").get(f"/sager/{CASE}")
    outsider = sign_in("karen.fp").get(f"/sager/{CASE}")

    meetings = page.one("//section[@aria-labelledby='moeder']")
    agreements = page.one("//section[@aria-labelledby='aftaler']")
    planned, held = (" ".join(each.text_content().split()) for each in meetings.xpath(".//li"))
    assert planned == "Familiemøde Planlagttors. 9. apr. 2026 kl. 14.00"
    assert held.startswith("Tværprofessionelt forum Afsluttet")
    assert "Tidligere møder (1)" in meetings.text_content()
    agreed, kept = (" ".join(each.text_content().split()) for each in agreements.xpath(".//li"))
    assert agreed == "Ring til skolen AftaltTovholder: Else BrandtFrist: man. 20. apr. 2026"
    assert kept.startswith("Aftale Opfyldt")
    assert "Ring til skolen" not in outsider.source and "Else Brandt" in outsider.text


def test_a_consent_is_stopped_from_its_own_line(sign_in, write, world):
    write("Samtykkeanmodning", {"formaal_kode": "forum", "status": "givet"})
    camillas = world.flow.people.actor("camilla.syd")
    request = world.flow.case_pictures.of_case(CASE, actor=camillas).consents[0]
    given = dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)
    for giver in ("mor", "far"):
        write(
            "Samtykke",
            {
                "anmodning_id": request.id,
                "formaal_kode": "forum",
                "afgiver": giver,
                "svar": "ja",
                "givet": given,
            },
        )
    camilla = sign_in("camilla.syd")

    page = camilla.get(f"/sager/{CASE}")

    mothers, fathers = page.all("//a[starts-with(text(), 'Stop samtykket')]")
    assert mothers.text_content() == "Stop samtykket: Tværprofessionelt forum, mor"
    begin = camilla.get(fathers.get("href"))
    which = begin.one("//main//dl[dt='Hvilket samtykke?']/dd").text_content()
    assert which == "far: tværprofessionelt forum, givet fre. 20. mar. 2026"
    in_english = camilla.get(fathers.get("href") + "&sprog=en").one("//main//dl[dt='Which consent?']/dd")
    assert in_english.text_content() == "father: cross-professional forum, given Fri 20 Mar 2026"
    assert not camilla.get(f"/sager/{CASE}/nyt-forloeb/samtykke_tilbagekaldelse?sprog=da").all("//main//dl")
    start = begin.all("//main//form")[-1]
    start.set("action", fathers.get("href"))  # a form without an address goes to the page's own
    form = camilla.submit(begin, start)
    chosen = form.one("//select[@name='samtykke']/option[@selected]")
    assert chosen.text_content().strip().startswith("far: ")
    assert form.one("//input[@name='aendring' and @value='tilbagekaldt']").get("checked") is None


def test_the_drawing_speaks_english_too(sign_in, laddered):
    ladder = (
        sign_in("camilla.syd")
        .get(f"/sager/{CASE}?sprog=en")
        .one("//section[@aria-labelledby='indsatstrappe']")
    )

    assert "3 stays on the ladder: down once, up once. Now: step 3." in ladder.text_content()

"""User tasks of meetings outside of any case: each says which meeting it is about."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.civil_time import COPENHAGEN
from tests.web.world import PASSWORD


@pytest.fixture
def dorte(world):
    """A district leader who convenes conferences."""
    groups = ("distriktsleder_skole",)
    known = {"name": "Dorte Vang", "district": "D2", "password": PASSWORD}
    world.flow.people.add("dorte.skole", groups=groups, **known, actor=SYSTEM)
    return world.flow.people.actor("dorte.skole")


def at(world, days: int) -> str:
    return f"{(world.flow.clock.now() + dt.timedelta(days=days)).astimezone(COPENHAGEN):%Y-%m-%dT13:00}"


def agendas(page):
    """What the rows of *Sæt dagsordenen* say of their meeting, to who sees the list and to who hears it."""
    rows = page.all("//tr[td[2]/a[text()='Sæt dagsordenen']]")
    said = [each.xpath("./td[2]/span[last()]")[0].text_content() for each in rows]
    heard = [each.xpath("./td[1]//span")[0].text_content() for each in rows]
    assert all(what in told for what, told in zip(said, heard, strict=True))
    return said


def test_two_agendas_that_wait_say_which_conference_each_is_for(sign_in, world, dorte):
    for days, kind in ((7, "operationel"), (9, "strategisk")):
        given = {"type": kind, "omraade": "skole", "distrikt": "D2", "tid": at(world, days)}
        world.flow.startable_flows.start("koordineringskonference", given, actor=dorte)
    visitor = sign_in("dorte.skole")

    inbox = visitor.get("/opgaver")
    said = agendas(inbox)
    page = visitor.get(inbox.all("//tr/td[2]/a[text()='Sæt dagsordenen']/@href")[0])

    assert [each.partition(", D2, ")[0] for each in said] == ["Operationel, Skole", "Strategisk, På tværs"]
    assert all(each.endswith("kl. 13.00") for each in said)
    assert page.one("//h1/following-sibling::p[@id='hvilket-moede']").text == said[0]
    assert said[0] in page.one("//title").text


def test_the_agenda_of_a_series_says_which_of_its_conferences_it_is_for(sign_in, world, dorte):
    flow = world.flow
    started = flow.startable_flows.start("konferencekalender", actor=dorte)
    planned = {"type": "operationel", "omraade": "skole", "distrikt": "D2", "foerste": at(world, 7)}

    def step(**given):
        [row] = flow.user_tasks.list(instance=started)
        known = flow.user_tasks.get(row.id, actor=dorte).prefilled
        flow.user_tasks.complete(row.id, {**known, **given}, actor=dorte)

    step(**planned, antal=3)
    step()

    [said] = agendas(sign_in("dorte.skole").get("/opgaver"))
    first = dt.datetime.fromisoformat(at(world, 7))
    assert said.startswith("Operationel, Skole, D2, ") and f" {first.day}. " in said

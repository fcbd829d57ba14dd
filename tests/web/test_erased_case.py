"""The pages of a case that was erased say so, in both languages, and show nothing of the family."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowcase.access.actor import Actor
from tests.web.conftest import Visitor
from tests.web.world import World

OPERATOR = Actor("terminal:test", groups=frozenset({"administrator"}), kind="terminal")
CASE, NAME = "SAG-2588", "Noah Elleby"


@pytest.fixture
def erased(world: World) -> str:
    """The id of a user task that was open when the case was erased."""
    task = world.flow.user_tasks.list(case=CASE)[0].id
    world.flow.erasure.erase(
        CASE, reason="fejloprettet", approved_by="anders.myn", also_open=True, actor=OPERATOR
    )
    return task


def test_the_page_of_an_erased_case_says_that_it_is_erased(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    seen = sign_in("karen.fp").get(f"/sager/{CASE}")

    assert seen.status == 200
    assert seen.heading == f"Sag {CASE}: slettet"
    assert "Indholdet er slettet og kan ikke hentes frem igen." in seen.text
    assert NAME not in seen.source
    assert seen.all("//main//form") == []


def test_the_page_of_an_erased_case_is_there_in_english(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    seen = sign_in("karen.fp").get(f"/sager/{CASE}?sprog=en")

    assert seen.heading == f"Case {CASE}: erased"
    assert "The content is erased and cannot be brought back." in seen.text


def test_the_list_of_cases_says_which_one_is_erased(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    seen = sign_in("karen.fp").get(f"/sager?kode={CASE}")

    assert [cell.text_content() for cell in seen.all("//td[@data-title='Status']")] == ["Slettet"]


def test_a_user_task_and_a_new_flow_of_an_erased_case_are_refused_in_words(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    visitor = sign_in("camilla.syd")

    seen = visitor.get(f"/opgaver/{erased}")

    assert (seen.status, seen.heading) == (410, "Slettet")
    assert visitor.get(f"/sager/{CASE}/nyt-forloeb/familiemoede").status in (403, 404, 409)


def test_the_diagram_of_an_erased_case_opens_without_saying_where_it_was(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    visitor = sign_in("karen.fp")

    for instance in world.flow.instances.list(case=CASE, limit=None):
        seen = visitor.get(f"/forloeb/{instance.id}")
        assert seen.status == 200
        assert "Indholdet er slettet" in seen.text
        assert instance.ended_at is not None


def test_a_colleagues_inbox_no_longer_has_the_erased_cases_tasks(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    seen = sign_in("camilla.syd").get("/opgaver")

    assert CASE not in seen.text


def test_nothing_leads_from_the_story_of_an_erased_case_to_what_can_be_made_of_it_no_more(
    erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    for person in ("camilla.syd", "anders.myn", "vera.revisor"):
        seen = sign_in(person).get(f"/revision/sager/{CASE}")

        assert seen.status == 200
        assert [
            link for link in seen.all("//main//nav//a/@href") if link.endswith(("/indsigt", "/sagsakt"))
        ] == []
        assert "Sagsakten som PDF" not in seen.text


def test_who_had_the_address_of_an_erased_cases_file_is_told_that_it_is_erased(
    erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    vera = sign_in("vera.revisor")

    assert vera.get(f"/sager/{CASE}/sagsakt").status == 410
    assert sign_in("camilla.syd").get(f"/sager/{CASE}/sagsakt").status in (403, 410)


def test_an_auditor_is_led_to_what_is_left_of_an_erased_case_and_to_nothing_that_is_gone(
    world: World, erased: str, sign_in: Callable[[str], Visitor]
) -> None:
    vera = sign_in("vera.revisor")
    page = vera.get(f"/revision/sager/{CASE}")

    links = [link.get("href") for link in page.all("//main//a")]

    assert f"/revision/sager/{CASE}/frister" in links
    assert {vera.get(link).status for link in links} == {200}
    deadlines = vera.get(f"/revision/sager/{CASE}/frister").all("//main//a")
    assert {vera.get(link.get("href")).status for link in deadlines} == {200}


def test_an_auditor_reads_at_the_case_that_it_must_not_be_erased(
    world: World, sign_in: Callable[[str], Visitor]
) -> None:
    world.flow.erasure.hold(CASE, reason="klagesag", actor=OPERATOR)

    held = sign_in("vera.revisor").get(f"/revision/sager/{CASE}").one("//*[@id='tilbagehold']").text_content()
    told = sign_in("camilla.syd").get(f"/revision/sager/{CASE}")

    assert "Slettestop: klagesag" in " ".join(held.split())
    assert told.all("//*[@id='tilbagehold']") == []


def test_whoever_left_is_told_of_by_name(world: World, sign_in: Callable[[str], Visitor]) -> None:
    """Ten years of cases were worked on by people whose accounts are closed."""
    world.flow.people.deactivate("camilla.syd", actor=OPERATOR)
    vera = sign_in("vera.revisor")

    page = vera.get(f"/revision/sager/{CASE}")
    found = vera.get("/revision?formaal=tilsyn&hvem=camilla.syd")

    assert "Camilla Noer" in page.one("//dl").text_content()
    assert "camilla.syd" not in page.one("//dl").text_content()
    assert found.all("//main//time") and "Camilla Noer" in found.text

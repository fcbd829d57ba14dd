"""The help pages: one for each role, in both languages, for everybody, with pictures that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowcase import web
from flowcase.web import help
from flowcase.web.help import FOLDER, PICTURES, ROLES, linked


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_page_in_both_languages_and_its_picture(stranger, role):
    danish = stranger.get(f"/hjaelp/{role}?sprog=da")
    english = stranger.get(f"/hjaelp/{role}?sprog=en")

    assert (danish.heading, english.heading) != ("", "")
    assert danish.one("//html").get("lang") == "da"
    assert english.one("//html").get("lang") == "en"
    picture = english.one("//main//img")
    assert picture.get("alt")
    with stranger.client.get(picture.get("src")) as answer:
        assert answer.status_code == 200


def test_the_list_leads_to_every_role_and_an_unknown_one_is_not_found(stranger):
    seen = stranger.get("/hjaelp")

    assert [link.get("href") for link in seen.all("//main//li/a")] == [f"/hjaelp/{role}" for role in ROLES]
    assert stranger.get("/hjaelp/../etc/passwd").status == 404
    assert stranger.get("/hjaelp/ukendt").status == 404


def test_both_languages_of_a_page_have_the_same_parts():
    for role in ROLES:
        danish, english = ((FOLDER / f"{role}.{language}.md").read_text("utf-8") for language in ("da", "en"))
        parts = [re.findall(r"^(#+|\d\.|-|!)", text, re.MULTILINE) for text in (danish, english)]
        assert parts[0] == parts[1], role


def test_why_a_deadline_is_due_leads_to_the_source_page_of_its_rule(sign_in):
    karen = sign_in("karen.fp")

    link = karen.get("/sager/SAG-2601").all("//details//a[text()='R-001']")[0]
    seen = karen.get(link.get("href"))

    assert seen.heading == "Regel R-001"
    assert re.search(r"0\d\d p\. \d+", seen.text)
    assert karen.get("/hjaelp/regler/R-999").status == 404


def test_the_pictures_are_small_enough_for_the_repository():
    sizes = {role: (PICTURES / f"{role}.webp").stat().st_size for role in ROLES}

    assert sum(sizes.values()) < 400_000, sizes
    assert help.PICTURE == "billede:"


def test_a_legal_basis_without_a_rule_leads_to_the_rule_of_its_deadline(app):
    with app.test_request_context():
        assert 'href="/hjaelp/regler/T14"' in linked("sundhedsloven § 42 a", "T14")
        assert linked("R-090; 004 p. 26", "T14").count("<a") == 1
        assert linked("en afgørelse", "findes_ikke") == "en afgørelse"


# role -> (who it is, where they meet the words of their help page: pages, or elements of open user tasks)
MET: dict[str, tuple[str, tuple[str, ...]]] = {
    "sagsbehandler": ("camilla.syd", ("/opgaver", "/sager", "beslut_undersoegelse", "/sager/SAG-2588")),
    "fronten": ("karen.fp", ("/opgaver", "/moeder", "/underretninger/ny")),
    "teamleder": ("else.syd", ("/opgaver", "/team", "/beskeder")),
    "moedeleder": ("camilla.syd", ("/moeder",)),
    "procesejer": ("jens.proces", ("/studie/", "/studie/underretning.bpmn", "/studie/landskab")),
    "administrator": ("drift", ("/drift",)),
    "revisor": ("vera.revisor", ("/revision", "/sager/SAG-2588")),
}
# What stands on a page only once somebody has saved, suspended or agreed to something: in the catalogue.
ON_OCCASION = {
    *("Del", "Omdøb", "Tilbage nu", "Aflys", "Aflys fravær", "Læst", "Åbn sagen", "på pause"),
    *("Share", "Rename", "Back now", "Cancel", "Cancel the absence", "Read", "Open the case", "paused"),
    *("Stop samtykket", "Stop the consent"),
}
NAMED = "self::a or self::button or self::summary or self::legend or self::label or self::th or self::dt"


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("role", MET)
def test_what_a_help_page_names_stands_on_the_pages_of_its_role_in_the_same_words(
    sign_in, world, role, language
):
    person, met = MET[role]
    reader = sign_in(person)
    pages = [path if path.startswith("/") else f"/opgaver/{world.task(path).id}" for path in met]

    there = set[str]()
    for path in pages:
        seen = reader.get(f"{path}?sprog={language}")
        assert seen.status == 200, path
        for one in seen.all(f"//*[{NAMED} or self::h1 or self::h2 or self::h3]"):
            for hidden in one.xpath(".//*[contains(@class, 'sr-only') or contains(@class, 'fc-unread')]"):
                hidden.text = ""
            there.add(re.sub(r"\s+\([\d.,]+\)$", "", " ".join(one.text_content().split())))

    named = _named(role, language)
    assert named and named - there - ON_OCCASION == set()


def test_what_a_help_page_names_on_occasion_is_in_the_catalogue():
    catalogue = (Path(web.__file__).parent / "translations/en.po").read_text("utf-8")

    assert [words for words in ON_OCCASION if f'"{words}"\n' not in catalogue] == []


def _named(role: str, language: str) -> set[str]:
    """What stands in bold or italics, the way by which one gets there in its parts."""
    text = (FOLDER / f"{role}.{language}.md").read_text("utf-8")
    return {words for found in re.findall(r"\*{1,2}([^*\n]+)\*{1,2}", text) for words in found.split(" → ")}

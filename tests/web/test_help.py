"""The help pages: one for each role, in both languages, for everybody, with pictures that are there."""

from __future__ import annotations

import re

import pytest

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

"""English pages are English: what is Danish on them by its nature is marked as Danish (WCAG 3.1.2)."""

from __future__ import annotations

import re

import pytest

# Letters and small words that English does not have; names of people are no words.
DANISH = re.compile(r"[æøåÆØÅ]|\b(og|ikke|der|til|af|skal|sagen|barnet|givet|kladde|afgjort|opgave)\b")

NOT_READ = ("script", "style", "textarea", "bdi")  # what is typed, and names

PAGES = [
    ("karen.fp", "/opgaver"),
    ("karen.fp", "/sager"),
    ("karen.fp", "/moeder"),
    ("karen.fp", "/moeder/dagsmoede"),
    ("karen.fp", "/beskeder"),
    ("karen.fp", "/forloeb/nyt"),
    ("camilla.syd", "/opgaver"),
    ("camilla.syd", "/sager/SAG-2588"),
    ("camilla.syd", "/beskeder"),
    ("else.syd", "/team"),
    ("anders.myn", "/indikatorer"),
    ("vera.revisor", "/revision"),
    ("vera.revisor", "/revision/frister"),
    ("vera.revisor", "/revision/frister/T01"),
    ("vera.revisor", "/revision/sager/SAG-2570"),
    ("vera.revisor", "/revision/sager/SAG-2570?alt=1"),
    ("vera.revisor", "/revision/sager/SAG-2588/frister"),
    ("camilla.syd", "/sager/SAG-2570?hele=1"),
    ("vera.revisor", "/revision/eksport"),
    ("vera.revisor", "/varmekort/underretning"),
    ("drift", "/drift"),
    ("drift", "/drift/ure"),
    ("drift", "/drift/mange/nyt?forloeb=underretning"),
]


def unmarked(page, names):
    """Every text of the page's own part that has Danish in it and is said to be English."""
    found = []
    for text in page.one("//main").iter():
        if not isinstance(text.tag, str):
            continue
        for words, holder in ((text.text, text), (text.tail, text.getparent())):
            if not words or not words.strip():
                continue
            if holder.tag in NOT_READ:
                continue
            languages = [each.get("lang") for each in (holder, *holder.iterancestors()) if each.get("lang")]
            if languages[0] != "en":
                continue
            for name in names:
                words = words.replace(name, "")
            if DANISH.search(words):
                found.append(" ".join(words.split()))
    return found


@pytest.fixture
def names(world):
    return sorted((row.name for row in world.flow.people.list()), key=len, reverse=True)


@pytest.mark.parametrize(("who", "address"), PAGES)
def test_an_english_page_has_no_danish_that_is_not_marked(sign_in, names, who, address):
    page = sign_in(who).get(f"{address}{'&' if '?' in address else '?'}sprog=en")

    assert page.status == 200
    assert unmarked(page, names) == []


@pytest.mark.parametrize(("element", "case", "who"), [("vurder", "SAG-2601", "karen.fp")])
def test_an_english_user_task_has_no_danish_that_is_not_marked(sign_in, world, names, element, case, who):
    page = sign_in(who).get(f"/opgaver/{world.task(element, case).id}?sprog=en")

    assert unmarked(page, names) == []


def test_what_a_table_was_asked_and_answered_has_no_danish_that_is_not_marked(sign_in, names):
    vera = sign_in("vera.revisor")
    listed = vera.get("/revision/sager/SAG-2588/afgoerelser?sprog=en")
    links = listed.all("//main//a[contains(@href, '/afgoerelse?')]/@href")

    assert len(links) > 5
    for link in links:
        assert unmarked(vera.get(link), names) == [], link


def test_how_a_flow_ended_and_a_step_are_marked_and_a_deadline_is_english(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2570?hele=1&sprog=en")

    told = [each for each in page.all("//ol[@class='fc-story']//li") if "ended: “" in each.text_content()]
    [flow, *ends] = told[-1].xpath(".//span[@lang='da']/text()")
    assert ends and flow.startswith("“")
    assert not page.all("//span[@lang='da'][contains(text(), '“Examination of the child”')]")


def test_what_is_danish_on_an_english_page_is_found(sign_in, names):
    """The same on Danish pages that are said to be English finds plenty: the walk is no empty one."""
    page = sign_in("karen.fp").get("/opgaver")
    page.one("//html").set("lang", "en")

    assert len(unmarked(page, names)) > 10

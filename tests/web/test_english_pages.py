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


def test_what_is_danish_on_an_english_page_is_found(sign_in, names):
    """The same on Danish pages that are said to be English finds plenty: the walk is no empty one."""
    page = sign_in("karen.fp").get("/opgaver")
    page.one("//html").set("lang", "en")

    assert len(unmarked(page, names)) > 10

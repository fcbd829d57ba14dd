"""Danish first, English complete: every text that a page shows is in the catalogue."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterator
from pathlib import Path

import yaml
from babel.messages.extract import extract_from_file

import flowcase.web
from flowcase.config import shipped_processes
from flowcase.services.case_files import disclosure
from flowcase.services.choosing import choice_words, consent_sentences
from flowcase.services.forms import form_sentences
from flowcase.services.operating import interventions
from flowcase.web.auditing import revision_cases
from flowcase.web.forms import typed_values
from flowcase.web.language import catalogue
from flowcase.web.words import hit_policies

WEB = Path(flowcase.web.__file__).parent


def _texts() -> Iterator[str]:
    keywords = {"gettext": None, "_": None}
    for path in sorted([*WEB.glob("*.py"), *WEB.glob("*/*.py")]):
        for _, text, _, _ in extract_from_file("python", path, keywords=keywords):
            yield text if isinstance(text, str) else text[0]
    for path in sorted(WEB.glob("templates/**/*.html")):
        for _, text, _, _ in extract_from_file("jinja2", path, keywords=keywords):
            yield text if isinstance(text, str) else text[0]
    yield from revision_cases.PAGES.values()
    yield from hit_policies.HIT_POLICIES.values()
    yield from consent_sentences.GAPS.values()
    yield from consent_sentences.GAPS_OF_SOMEBODY.values()
    yield from consent_sentences.GIVERS.values()
    for name in ("FOR_WHOM_AND_WHAT", "AND_WHICH_DATA", "NO_PURPOSE", "WAY_OUT"):
        yield getattr(consent_sentences, name)
    yield disclosure.LEFT_OUT
    for module in (choice_words, form_sentences, interventions, typed_values):
        for name, value in vars(module).items():
            if name.isupper() and not name.startswith("_") and isinstance(value, str):
                yield value


def _words_of_consents() -> Iterator[str]:
    """What the shipped rule set calls purposes and types of data."""
    shipped = yaml.safe_load((shipped_processes() / "rulesets" / "standard.yaml").read_text("utf-8"))
    yield from shipped["settings"][consent_sentences.NAMES_SETTING].values()


@functools.cache
def texts() -> list[str]:
    """Extracted once, by the first test that asks: it takes seconds, which collecting tests need not."""
    return sorted(set(_texts()))


def test_there_are_texts_to_translate() -> None:
    assert len(texts()) > 100


def test_the_words_of_consents_have_their_english() -> None:
    own = {"mentor"}  # the same in both languages
    words = set(_words_of_consents()) - own

    assert [each for each in sorted(words) if catalogue("en").gettext(each) == each] == []


def test_every_danish_text_has_its_english() -> None:
    same_in_both = {"Mail", "Mails", "Status", "Team", "Version", "version", "Send", "Webhook", "Webhooks"}
    without = [text for text in texts() if catalogue("en").gettext(text) == text]

    assert [text for text in without if text not in same_in_both] == []


def test_a_danish_word_has_one_english_word_whatever_its_capital_and_its_full_stop() -> None:
    of_another_meaning = {"af", "afsluttet", "beskeder", "fejl", "ingen", "intet", "slettet"}
    english: dict[str, set[str]] = {}
    for text in texts():
        said = re.sub(r"\b(the|a|an|its) ", "", catalogue("en").gettext(text).lower())
        english.setdefault(text.lower().strip(" .:?…"), set()).add(said.strip(" .:?…"))

    differing = {danish: said for danish, said in english.items() if len(said) > 1}

    assert {danish: said for danish, said in differing.items() if danish not in of_another_meaning} == {}


def test_every_english_text_has_the_fields_of_its_danish() -> None:
    pairs = [(text, catalogue("en").gettext(text)) for text in texts()]

    assert [pair for pair in pairs if _fields(pair[0]) != _fields(pair[1])] == []


def _fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

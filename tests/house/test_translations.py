"""Danish first, English complete: every text that a page shows is in the catalogue."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

import flowcase.web
from flowcase.services import form_sentences, interventions
from flowcase.web import revision_cases, typed_values
from flowcase.web.language import catalogue

WEB = Path(flowcase.web.__file__).parent


def _texts() -> Iterator[str]:
    keywords = {"gettext": None, "_": None}
    for path in sorted(WEB.glob("*.py")):
        for _, text, _, _ in extract_from_file("python", path, keywords=keywords):
            yield text if isinstance(text, str) else text[0]
    for path in sorted(WEB.glob("templates/**/*.html")):
        for _, text, _, _ in extract_from_file("jinja2", path, keywords=keywords):
            yield text if isinstance(text, str) else text[0]
    yield from revision_cases.PAGES.values()
    yield from revision_cases.HIT_POLICIES.values()
    for module in (form_sentences, interventions, typed_values):
        for name, value in vars(module).items():
            if name.isupper() and not name.startswith("_") and isinstance(value, str):
                yield value


TEXTS = sorted(set(_texts()))


def test_there_are_texts_to_translate() -> None:
    assert len(TEXTS) > 100


@pytest.mark.parametrize("text", TEXTS)
def test_every_danish_text_has_its_english(text: str) -> None:
    english = catalogue("en").gettext(text)

    assert english != text or text in {
        "Mail",
        "Mails",
        "Status",
        "Team",
        "version",
        "Send",
        "Webhook",
        "Webhooks",
    }
    fields = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    assert sorted(fields) == sorted(name for _, name, _, _ in string.Formatter().parse(english) if name)

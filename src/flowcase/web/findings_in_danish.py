"""What the deploy check finds, in the reader's language: Danish by a catalogue, English as the check says it.

The check builds its sentences from pieces. `translations/findings.da.po` has each sentence with `{}` where
something is put in; what is put in is translated too where it is a sentence or a word of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from babel.messages.pofile import read_po

from flowcase.modeling import Finding
from flowcase.web.language import CATALOGUES, current

_DEEPEST = 4  # a piece of a piece of a sentence
_GAP = "No rule matches when "
# What stands between the values of a gap in a table; the values, in quotes, stay.
_BETWEEN = {
    " and ": " og ",
    " or ": " eller ",
    " in ": " i ",
    "any other text": "enhver anden tekst",
    "any value": "enhver værdi",
    " months": " måneder",
    " hours": " timer",
}
_VALUE_OR_BETWEEN = re.compile("|".join(['"[^"]*"', *_BETWEEN]))


@dataclass(frozen=True)
class FindingWords:
    """A finding as it is read."""

    message: str
    remedy: str
    language: str  # that of both: English where the catalogue lacks one

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


def finding_words(finding: Finding) -> FindingWords:
    if current() == "da":
        message, remedy = in_danish(finding.message), in_danish(finding.remedy)
        if message is not None and remedy is not None:
            return FindingWords(message, remedy, "da")
    return FindingWords(finding.message, finding.remedy, "en")


@lru_cache(maxsize=5000)
def in_danish(sentence: str, depth: int = 0) -> str | None:
    """None for what the catalogue does not have."""
    if not sentence:
        return ""
    exact = catalogue().get(sentence)
    if exact is not None:
        return exact
    if sentence.startswith(_GAP):
        said = _VALUE_OR_BETWEEN.sub(lambda found: _BETWEEN.get(found[0], found[0]), sentence[len(_GAP) :])
        sentence = _GAP + said
    if depth >= _DEEPEST:
        return None
    for pattern, danish in _patterns():
        if match := pattern.fullmatch(sentence):
            return _filled(danish, match.groups(), depth)
    return None


@cache
def catalogue() -> Mapping[str, str]:
    """Every sentence of the check, with its Danish."""
    with (CATALOGUES / "findings.da.po").open("rb") as source:
        return {str(each.id): str(each.string) for each in read_po(source, locale="da") if each.id}


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    """Those with something put in, the ones that say most first."""
    found = [(english, danish) for english, danish in catalogue().items() if "{}" in english]
    found.sort(key=lambda each: -len(each[0].replace("{}", "")))
    return [
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), danish)
        for english, danish in found
    ]


def _filled(danish: str, pieces: Sequence[str], depth: int) -> str:
    said, *others = danish.split("{}")
    for piece, other in zip(pieces, others, strict=True):
        is_name = said.endswith("»")  # what somebody wrote stays as it was written
        said += (piece if is_name else in_danish(piece, depth + 1) or piece) + other
    return said[:1].upper() + said[1:] if depth == 0 else said

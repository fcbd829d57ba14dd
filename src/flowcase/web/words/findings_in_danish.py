"""What the deploy check finds, in the reader's language: Danish by a catalogue, English as the check says it.

The check builds its sentences from pieces. `translations/findings.da.po` has each sentence with `{}` where
something is put in; what is put in is translated too where it is a sentence or a word of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.modeling import Finding
from flowcase.modeling.document import EVENT_DEFINITIONS, FLOW_NODES
from flowcase.web.language import current
from flowcase.web.words.danish_catalogue import DanishCatalogue

_CATALOGUE = DanishCatalogue("findings.da.po")
# What stands between the values of a gap or of an overlap in a table; the values, in quotes, stay.
_VALUES = re.compile(r"(No rule matches|Rules \d+ and \d+ both match) when ")
_BETWEEN = {
    " and ": " og ",
    " or ": " eller ",
    " in ": " i ",
    "any other text": "enhver anden tekst",
    "any value": "enhver værdi",
    " months": " måneder",
    " hours": " timer",
}
_HINT = re.compile(r"Did you mean '[^']*'\? (?=.)")  # before any remedy
_KIND = re.compile(rf"'[^']*'|\b({'|'.join(sorted(FLOW_NODES | EVENT_DEFINITIONS | {'sequenceFlow'}))})\b")
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")
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
    return FindingWords(_spoken(finding.message), _spoken(finding.remedy), "en")


def _spoken(sentence: str) -> str:
    """Kinds of elements as people say them: an end event, not an endEvent; what is in quotes stays."""
    return _KIND.sub(
        lambda found: _WORD_BEGINS.sub(" ", found[1]).lower() if found[1] else found[0], sentence
    )


def in_danish(sentence: str) -> str | None:
    """None for what the catalogue does not have."""
    if (hint := _HINT.match(sentence)) and sentence not in _CATALOGUE.sentences:
        said, rest = _CATALOGUE.danish(hint[0]), in_danish(sentence[hint.end() :])
        return None if said is None or rest is None else said + rest
    if (begun := _VALUES.match(sentence)) and sentence not in _CATALOGUE.sentences:
        values = sentence[begun.end() :]
        said = _VALUE_OR_BETWEEN.sub(lambda found: _BETWEEN.get(found[0], found[0]), values)
        sentence = begun[0] + said
    return _CATALOGUE.danish(sentence)


def catalogue() -> Mapping[str, str]:
    """Every sentence of the check, with its Danish."""
    return _CATALOGUE.sentences

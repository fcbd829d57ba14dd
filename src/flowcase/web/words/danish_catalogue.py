"""Sentences that are built from pieces, in Danish by a catalogue: each with `{}` where something is put in.

What is put in is translated too where it is a sentence or a word of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from babel.messages.pofile import read_po

from flowcase.web.language import CATALOGUES

_DEEPEST = 4  # a piece of a piece of a sentence


class DanishCatalogue:
    def __init__(self, name: str) -> None:
        """`name`: of the file below `translations/`."""
        self._name = name
        self._found = lru_cache(maxsize=5000)(self._find)

    @cached_property
    def sentences(self) -> Mapping[str, str]:
        """Every sentence with its Danish."""
        with (CATALOGUES / self._name).open("rb") as source:
            return {str(each.id): str(each.string) for each in read_po(source, locale="da") if each.id}

    def danish(self, sentence: str, depth: int = 0) -> str | None:
        """None for what the catalogue does not have. `depth`: of a piece of another sentence."""
        return self._found(sentence, depth)

    def _find(self, sentence: str, depth: int) -> str | None:
        if not sentence:
            return ""
        exact = self.sentences.get(sentence)
        if exact is not None:
            return exact
        if depth >= _DEEPEST:
            return None
        for pattern, danish in self._patterns:
            if match := pattern.fullmatch(sentence):
                return self._filled(danish, match.groups(), depth)
        return None

    @cached_property
    def _patterns(self) -> Sequence[tuple[re.Pattern[str], str]]:
        """Those with something put in, the ones that say most first."""
        found = [(english, danish) for english, danish in self.sentences.items() if "{}" in english]
        found.sort(key=lambda each: -len(each[0].replace("{}", "")))
        return [
            (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), danish)
            for english, danish in found
        ]

    def _filled(self, danish: str, pieces: Sequence[str], depth: int) -> str:
        said, *others = danish.split("{}")
        is_key_first = not said and "." in pieces[0]  # as it is written: `flowcase.required`
        for piece, other in zip(pieces, others, strict=True):
            is_name = said.endswith("»")  # what somebody wrote stays as it was written
            said += (piece if is_name else self.danish(piece, depth + 1) or piece) + other
        return said[:1].upper() + said[1:] if depth == 0 and not is_key_first else said

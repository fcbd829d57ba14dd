"""Sets of characters as XML Schema and XPath write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Letters whose other case is a letter of another block; Python's lower() leads one way only.
_ALIASES = dict(zip("kKåÅωΩsS", "\u212a\u212a\u212b\u212b\u2126\u2126ſſ", strict=True))


def variants(char: str) -> frozenset[str]:
    """The character and its other cases, for the flag `i`."""
    others = {char, char.lower(), char.upper(), _ALIASES.get(char, char)}
    return frozenset(each for each in others | {other.lower() for other in others} if len(each) == 1)


class CharSet:
    """Ranges of code points, general categories and nested sets; may be negated or leave some out."""

    def __init__(
        self,
        ranges: Iterable[tuple[int, int]] = (),
        *,
        categories: Iterable[str] = (),
        members: Iterable[CharSet] = (),
        negated: bool = False,
        without: CharSet | None = None,
        ignore_case: bool = False,
    ) -> None:
        self._ranges = tuple(ranges)
        self._categories = frozenset(categories)
        self._members = tuple(members)
        self._negated = negated
        self._without = without
        self._ignore_case = ignore_case
        self._known: dict[str, bool] = {}

    def __contains__(self, char: str) -> bool:
        known = self._known.get(char)
        if known is None:
            known = self._find(char)
            if len(self._known) < 1000:
                self._known[char] = known
        return known

    def _find(self, char: str) -> bool:
        each = variants(char) if self._ignore_case else (char,)
        found = (
            any(low <= ord(one) <= high for one in each for low, high in self._ranges)
            or self._has_category(char)
            or any(char in member for member in self._members)
        )
        return found is not self._negated and (self._without is None or char not in self._without)

    def _has_category(self, char: str) -> bool:
        if not self._categories:
            return False
        category = unicodedata.category(char)
        return category in self._categories or category[0] in self._categories


_NAME_START = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF),
    (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_PART = (*_NAME_START, (0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_SPACE = ((9, 10), (13, 13), (32, 32))

# The escapes of several characters: \s \i \c \d \w and their complements.
ESCAPES = {
    "s": CharSet(_SPACE),
    "S": CharSet(_SPACE, negated=True),
    "i": CharSet(_NAME_START),
    "I": CharSet(_NAME_START, negated=True),
    "c": CharSet(_NAME_PART),
    "C": CharSet(_NAME_PART, negated=True),
    "d": CharSet(categories=["Nd"]),
    "D": CharSet(categories=["Nd"], negated=True),
    "w": CharSet(categories=["P", "Z", "C"], negated=True),
    "W": CharSet(categories=["P", "Z", "C"]),
}
ANY = CharSet(negated=True)
NOT_NEWLINE = CharSet([(10, 10), (13, 13)], negated=True)

_MAJOR = {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "Z": "slp", "S": "mcko", "C": "cfon"}
CATEGORIES = frozenset(major + minor for major, minors in _MAJOR.items() for minor in ("", *minors))
BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "CyrillicSupplement": (0x500, 0x52F),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Syriac": (0x700, 0x74F),
    "Thaana": (0x780, 0x7BF),
    "Devanagari": (0x900, 0x97F),
    "Bengali": (0x980, 0x9FF),
    "Thai": (0xE00, 0xE7F),
    "Lao": (0xE80, 0xEFF),
    "Tibetan": (0xF00, 0xFFF),
    "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "MiscellaneousTechnical": (0x2300, 0x23FF),
    "BoxDrawing": (0x2500, 0x257F),
    "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "PrivateUseArea": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "AlphabeticPresentationForms": (0xFB00, 0xFB4F),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFF),
}

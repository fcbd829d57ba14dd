"""Text that people typed or pasted: cleaned of what nobody can see, and searched for CPR numbers."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

# Quotation marks and dashes of Windows that came in under their old numbers.
_OF_WINDOWS = str.maketrans(
    {
        "\x80": "€",
        "\x85": "…",
        "\x91": "‘",
        "\x92": "’",
        "\x93": "“",
        "\x94": "”",
        "\x95": "•",
        "\x96": "–",
        "\x97": "—",
    }
)
# Word's line break and page break, its bullets from the private area, and what only steers a layout.
_OF_WORD = str.maketrans(
    {
        "\x0b": "\n",
        "\x0c": "\n",
        "\x07": "\t",  # end of a table's cell
        "\u2028": "\n",
        "\u2029": "\n",
        "\uf0b7": "•",
        "\uf0a7": "•",
        "\u00ad": None,
        "\ufeff": None,
        "\ufffc": None,
    }
)
# Signs that turn the direction of what follows, beyond their own text: a field is isolated anyway.
_TURNING = dict.fromkeys((*range(0x202A, 0x202F),))
_CPR = re.compile(r"(?<![\d-])(\d{2})(\d{2})(\d{2})([- ]?)(\d{4})(?![\d-])")
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def cleaned(text: str) -> str:
    """The text as it was meant: line breaks alike, composed letters, nothing invisible that does harm.

    Smart quotes, dashes, emoji with their joiners and right-to-left text stay as they are.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.translate(_OF_WINDOWS).translate(_OF_WORD).translate(_TURNING)
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def has_cpr_number(text: str) -> bool:
    """Whether something in the text reads as a CPR number: a date that exists, and a hyphen or the check.

    Numbers given out since 2007 need not pass the modulus 11 check, so a hyphen is enough.
    """
    for match in _CPR.finditer(text):
        day, month, year, between, serial = match.groups()
        if not _exists(int(day), int(month), int(year)):
            continue
        digits = f"{day}{month}{year}{serial}"
        if between or sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11 == 0:
            return True
    return False


def _exists(day: int, month: int, year: int) -> bool:
    for century in (1900, 2000):
        try:
            dt.date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False

"""How a number is written for people: `1.234.567,5` in Danish, `1,234,567.5` in English."""

from __future__ import annotations

from decimal import Decimal

_DANISH = str.maketrans(",.", ".,")


def written(value: int | float | Decimal | None, language: str = "da", *, places: int | None = None) -> str:
    """Thousands apart, no superfluous zero unless `places` says how many decimals; nothing for None.

    For counts and amounts: a year, a version or the number of a case is a name and stays as it is.
    """
    if value is None:
        return ""
    if places is None:
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:,.{places}f}"
    return text if language == "en" else text.translate(_DANISH)

"""Numbers as people write them, and that every count on a page is written so."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import flowcase.web
from flowcase.cases.written_numbers import written

TEMPLATES = Path(flowcase.web.__file__).parent / "templates"
# What a sentence calls a number that counts something; a version or the number of a step is a name.
COUNTS = {
    "begun", "count", "done", "drafts", "files", "left", "left_out", "looked", "megabytes", "minutes",
    "older", "seconds", "shown", "streams", "times", "total", "unchanged", "years",
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "danish", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1.000", "1,000"),
        (-1234567, "-1.234.567", "-1,234,567"),
        (Decimal("1234.50"), "1.234,5", "1,234.5"),
        (Decimal("1E+3"), "1.000", "1,000"),
        (Decimal("37.0"), "37", "37"),
        (0.25, "0,25", "0.25"),
        (None, "", ""),
    ],
)
def test_thousands_are_apart_and_the_decimal_sign_is_that_of_the_language(value, danish, english):
    assert (written(value, "da"), written(value, "en")) == (danish, english)


def test_a_figure_of_so_many_decimals_keeps_its_zeros():
    assert written(1234.5, "da", places=2) == "1.234,50"
    assert written(1234.5, "en", places=0) == "1,234"


def test_every_count_in_a_sentence_of_a_page_is_written_as_a_number():
    bare = []

    for template in sorted(TEMPLATES.glob("*.html")):
        for given in re.findall(r"_\('[^']*'\)\.format\((.*?)\)\s*\}\}", template.read_text("utf-8")):
            for name, value in re.findall(r"(\w+)=((?:[^,(]|\([^)]*\))+)", given):
                if name in COUNTS and "| number" not in value:
                    bare.append(f"{template.name}: {name}={value}")

    assert bare == []

"""Pasted text, and CPR numbers in it. The numbers are made up."""

from __future__ import annotations

import pytest

from flowcase.cases.typed_text import cleaned, has_cpr_number


def test_text_from_word_keeps_its_quotes_and_loses_what_nobody_sees():
    pasted = (
        "\ufeffMor siger: “Han sover ikke” – og\x0bgræder.\r\n\uf0b7\tTræt\x00\x08 i sko\u00adlen\x92s gård"
    )

    assert cleaned(pasted) == "Mor siger: “Han sover ikke” – og\ngræder.\n•\tTræt i skolen’s gård"


def test_emoji_and_right_to_left_text_stay_and_nothing_turns_the_line_around():
    assert cleaned("Glad 👩‍👧 i dag") == "Glad 👩‍👧 i dag"
    assert cleaned("مرحبا שלום") == "مرحبا שלום"
    assert cleaned("abc\u202egfd") == "abcgfd"
    assert cleaned("A\u030arhus") == "Århus"


@pytest.mark.parametrize("text", ["cpr 010203-1234", "Født 311299 4321.", "0707614285"])
def test_a_cpr_number_is_found(text):
    assert has_cpr_number(text)


@pytest.mark.parametrize(
    "text", ["Ring 12345678", "3203991234", "320399-1234", "sag 2026-1412", "010203-12345", "1111111112"]
)
def test_other_numbers_are_left_in_peace(text):
    assert not has_cpr_number(text)

"""What the people of the demonstration write fits the records that it is written into."""

from __future__ import annotations

from flowcase.cases.entities import entity
from flowcase.demo.undertakings import UNDERTAKINGS
from flowcase.demo.wordings import PLACED, PLAIN, text_of


def test_every_text_of_a_single_attribute_has_its_attribute_and_is_short_enough_to_read():
    for place, texts in PLACED.items():
        name, _, attribute = place.partition(".")
        entity(name).attribute(attribute)  # or NotFound
        assert all(0 < len(text) <= 120 for text in ([texts] if isinstance(texts, str) else texts)), place


def test_several_texts_are_taken_in_turn_and_what_has_none_gets_a_plain_sentence():
    written = [text_of(["Leverandoerstatus.forslag"], "forslag", turn) for turn in range(3)]

    assert written[0] != written[1] == PLACED["Leverandoerstatus.forslag"][1]
    assert written[2] == written[0]
    assert text_of(["Sag.ukendt"], "ukendt", 1) == PLAIN


def test_every_supplier_has_a_name_of_its_own():
    contracts = [each for each in UNDERTAKINGS if each.process == "standardkontrakt"]

    names = [each.answers["oplysninger"]["navn"] for each in contracts]

    assert len(names) == 7 and PLAIN not in names

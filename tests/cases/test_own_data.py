"""Others in a text of an access report: who is named, and what of it is left out."""

from __future__ import annotations

from flowcase.cases.own_data import LEFT_OUT, Somebody, mentions, without_others

CHILD = Somebody("barn", "barn", "Liva Mosegård")
NOTIFIER = Somebody("", "underretter", "Tlf. 25 11 22 33", contact="Tlf. 25 11 22 33")
NEIGHBOUR = Somebody("", "underretter", "Mobil 40 30 20 10, Birgit Holm", contact="40 30 20 10")


def test_what_stands_before_a_number_is_nobodys_name() -> None:
    said = "Afdelingslederen, tlf. 21 44 55 66, mobil efter kl. 15"

    assert mentions(said, [NOTIFIER, NEIGHBOUR]) == []
    assert without_others(said, CHILD, [NOTIFIER, NEIGHBOUR]) == said


def test_the_contact_itself_and_a_name_in_it_are_left_out() -> None:
    said = "Ring på tlf. 25 11 22 33, og spørg Birgit."

    assert mentions(said, [NOTIFIER, NEIGHBOUR]) == [NOTIFIER, NEIGHBOUR]
    assert without_others(said, CHILD, [NOTIFIER, NEIGHBOUR]) == f"Ring på {LEFT_OUT}, og spørg {LEFT_OUT}."


def test_digits_within_a_checksum_are_nobodys_cpr_number() -> None:
    checksum = "3f2a9c0101121234e5b7" + "0" * 11 + "a"

    said = f"Kontrolsum {checksum}, cpr0203151234"

    assert without_others(said, CHILD, []) == f"Kontrolsum {checksum}, cpr{LEFT_OUT}"

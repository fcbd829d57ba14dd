"""Others in a text of an access report: who is named, and what of it is left out."""

from __future__ import annotations

from typing import Any

import pytest

from flowcase.cases.entities import ENTITIES
from flowcase.cases.own_data import LEFT_OUT, Rules, Somebody, judged, mentions, without_others
from tests.conftest import NOW

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


@pytest.mark.parametrize(
    ("entity", "values", "told"),
    [
        ("Journalpost", {"kvittering": "SB-1", "indhold_hash": "3f2a", "journaliseret": NOW}, []),
        ("Dokument", {"navn": "brev.pdf", "indhold": "3f2a", "stoerrelse": 12}, ["navn"]),
    ],
)
def test_what_programs_keep_for_themselves_is_neither_told_nor_to_be_read(
    entity: str, values: dict[str, Any], told: list[str]
) -> None:
    rules = Rules.read({"gives": {"Barn": ["navn"]}})

    parts = judged(ENTITIES[entity], "01", values, CHILD, rules, to_oneself=True)

    assert [each.attribute.name for each in parts] == told

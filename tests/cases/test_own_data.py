"""Others in a text of an access report: who is named, and what of it is left out."""

from __future__ import annotations

from typing import Any

import pytest

from flowcase.cases.entities import ENTITIES
from flowcase.cases.own_data import LEFT_OUT, Rules, Somebody, State, judged, mentions, without_others
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


BO = Somebody("", "netvaerk", "Bo Krag")
KAREN = Somebody("", "soeskende", "Karen Mosegård")


@pytest.mark.parametrize(
    ("said", "named", "left"),
    [
        ("Karens mor henter hende.", [KAREN], f"{LEFT_OUT} mor henter hende."),
        ("Bo henter om tirsdagen.", [BO], f"{LEFT_OUT} henter om tirsdagen."),
        ("Hun sover hos Bos søster.", [BO], f"Hun sover hos {LEFT_OUT} søster."),
        ("KARENS MOR HENTER.", [KAREN], f"{LEFT_OUT} MOR HENTER."),
        ("Hun vil bo hos mormor.", [], "Hun vil bo hos mormor."),
        ("Hos Krag’s er der ro.", [BO], f"Hos {LEFT_OUT} er der ro."),
    ],
)
def test_a_name_of_two_letters_and_a_genitive_are_a_name_too(
    said: str, named: list[Somebody], left: str
) -> None:
    assert mentions(said, [BO, KAREN]) == named
    assert without_others(said, CHILD, [BO, KAREN]) == left


def test_one_s_own_name_of_two_letters_stays() -> None:
    own = Somebody("barn", "barn", "Bo Mosegård")

    assert without_others("Bo er glad. Krag ringede.", own, [BO]) == f"Bo er glad. {LEFT_OUT} ringede."


def test_what_tells_of_somebody_by_a_genitive_is_read_for_them() -> None:
    """A sibling who asks what is held about them: the sentence was neither told nor read."""
    rules = Rules.read({"gives": {"Barn": ["navn"]}, "others": "andre"})
    note = {"indhold": "Karens skole har ringet."}

    found = judged(ENTITIES["Notat"], "n1", note, KAREN, rules, to_oneself=True)

    assert [(part.attribute.name, part.state) for part in found] == [("indhold", State.TO_READ)]


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

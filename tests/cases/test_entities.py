"""Entities: every datum has one class, and the class decides where it is stored."""

import pytest

from flowcase.cases.entities import ENTITIES, DataClass, entity
from flowcase.errors import NotFound


def test_the_values_of_a_record_are_split_by_class():
    values = {"kanal": "telefon", "bekymring": "fri tekst", "underretter_kontakt": "ring"}

    open_values, secret = entity("Underretning").split(values)

    assert open_values == {"kanal": "telefon"}
    assert secret == {"bekymring": "fri tekst", "underretter_kontakt": "ring"}


def test_an_attribute_that_does_not_exist_is_refused_by_name():
    with pytest.raises(NotFound, match=r"Underretning\.bekymringer"):
        entity("Underretning").split({"bekymringer": "x"})


@pytest.mark.parametrize("name", sorted(ENTITIES))
def test_attribute_names_are_unique_within(name):
    names = [attribute.name for attribute in ENTITIES[name].attributes]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(ENTITIES))
def test_free_text_and_rows_are_never_open_in(name):
    organisational = {"journalnr", "regelsaet_version"}
    exposed = [
        attribute.name
        for attribute in ENTITIES[name].attributes
        if attribute.kind in ("text", "long_text", "rows", "board", "file")
        and attribute.data_class is DataClass.K0
        and attribute.name not in organisational
    ]

    assert exposed == []


def test_a_child_is_found_again_by_cpr_number_only():
    assert entity("Barn").search_keys == ("cpr",)

"""Every record and each of its attributes has its English, and the file of it has nothing else."""

from __future__ import annotations

from pathlib import Path

import yaml

from flowcase.cases import entities
from flowcase.cases.entities import ENTITIES
from flowcase.cases.entities.names import attribute_name, attribute_names, record_name

FILE = Path(entities.__file__).with_name("english.yaml")
ENGLISH = yaml.safe_load(FILE.read_text("utf-8"))
DANISH = {each.da for each in ENTITIES.values()} | {
    attribute.da for each in ENTITIES.values() for attribute in each.attributes
}
BOTH = {  # the same in both languages
    *("Data", "Facilitator", "Form", "Invitation", "Match", "Mentor", "Motivation", "Plan"),
    *("Relation", "Revision", "Start", "Status", "Team", "Type", "Version"),
}


def test_every_record_and_attribute_has_its_english() -> None:
    assert sorted(DANISH - set(ENGLISH["words"])) == [], "add its English to cases/entities/english.yaml"
    assert sorted(set(ENGLISH["words"]) - DANISH) == [], "no record or attribute is called that"
    assert sorted(word for word, said in ENGLISH["words"].items() if word == said) == sorted(BOTH)


def test_no_english_word_is_danish() -> None:
    said = [*ENGLISH["words"].values(), *ENGLISH["attributes"].values()]

    assert [each for each in said if not each.strip() or set(each.lower()) & set("æøå")] == []


def test_words_of_single_attributes_are_of_attributes_that_there_are_and_differ() -> None:
    for place, said in ENGLISH["attributes"].items():
        entity, _, attribute = place.partition(".")
        danish = ENTITIES[entity].attribute(attribute).da
        assert said != ENGLISH["words"][danish], place


def test_names_are_said_in_the_readers_language() -> None:
    assert (record_name("Moede", "da"), record_name("Moede", "en")) == ("Møde", "Meeting")
    assert attribute_name("Maal", "maal", "en") == "Goal"
    assert attribute_name("Projektevaluering", "maal", "en") == "Goals"
    assert attribute_name("Maal", "maal", "da") == "Mål"


def test_what_is_not_known_is_told_by_its_id() -> None:
    assert record_name("Ukendt", "en") == "Ukendt"
    assert attribute_name("Moede", "ukendt", "en") == "ukendt"
    assert attribute_names("Ukendt", "en") == {}

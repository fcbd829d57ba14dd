"""Values of records are read as words: on the auditor's pages, in the case file, in an access report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flowcase.modeling import read_form
from flowcase.modeling.form import CaseTarget, FieldType
from flowcase.web.auditing.event_words import said_values as words_of_event
from flowcase.web.words.case_facts import known_facts
from flowcase.web.words.record_words import labels_of, record_name, record_value

FORMS = Path(__file__).parents[2] / "processes" / "forms"


@pytest.mark.parametrize(
    ("entity", "attribute", "given", "danish"),
    [
        ("Familie", "foraeldremyndighed", "faelles", "Fælles"),
        ("Dagsordenspunkt", "udfald", "til_familieteam", "Til Familieteam"),
        ("Tildeling", "team", "familieteam_nord", "Familieteam Nord"),
        ("Tildeling", "sagstal_farve", "groen", "grøn"),
        ("Risikovurdering", "vurderet_af", "karen.fp", "Karen Bilde"),
        ("Notat", "type", "samtykke_mundtligt", "mundtligt samtykke"),
        ("Notat", "indhold", "raab om natten", "raab om natten"),
        ("Notat", "skrevet", dt.date(2026, 4, 3), "fre. 3. apr. 2026"),
        ("Notat", "type", None, ""),
        ("Ukendt", "noget", "kode_x", "kode_x"),
    ],
)
def test_codes_people_and_groups_are_said_in_words_and_texts_as_they_stand(
    app, entity, attribute, given, danish
):
    with app.test_request_context():
        assert record_value(entity, attribute, given) == danish


@pytest.mark.parametrize(
    ("language", "record", "attribute", "fact", "searched"),
    [
        ("da", "Møde", "Referat", "Kendskabsdato", "Slags oplysning: Samtykke"),
        ("en", "Meeting", "Minutes", "Date of knowledge", "Sort of record: Consent"),
    ],
)
def test_records_attributes_and_facts_are_called_as_the_reader_speaks(
    app, language, record, attribute, fact, searched
):
    with app.test_request_context(query_string={"sprog": language}):
        app.preprocess_request()
        assert record_name("Moede") == record
        assert labels_of("Moede")["referat"] == attribute
        assert known_facts({"kendskabsdato": dt.date(2026, 4, 3)})[0][0] == fact
        assert words_of_event({"entity": "Samtykke"}) == searched


def test_an_answer_is_called_what_the_form_that_asks_for_it_calls_it(app):
    forms = [read_form(path.read_bytes(), path.name) for path in sorted(FORMS.glob("*.form"))]
    asked = [
        (target, field, option)
        for form in forms
        for field in form.targeted()
        for option in field.options
        for target in field.targets
        if field.type in (FieldType.CHOICE, FieldType.CHOICES) and isinstance(target, CaseTarget)
    ]
    said: dict[tuple[str, str, str, str], set[str]] = {}
    for target, field, option in asked:
        for language in ("da", "en"):
            words = field.option_label(option, language)
            said.setdefault((language, target.entity, target.attribute, option.value), set()).add(words)

    wrong = []
    for language in ("da", "en"):
        with app.test_request_context(query_string={"sprog": language}):
            app.preprocess_request()
            for (of, entity, attribute, code), words in said.items():
                if of == language and record_value(entity, attribute, code) not in words:
                    wrong.append(
                        (language, entity, attribute, code, record_value(entity, attribute, code), words)
                    )

    assert len(said) > 1000
    assert wrong == []


def test_where_two_forms_say_it_otherwise_the_caseworkers_is_followed(app):
    with app.test_request_context():
        assert record_value("Underretning", "aftalt_med_familien", "ved_ikke") == "Ved ikke"

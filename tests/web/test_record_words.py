"""Values of records are read as words: on the auditor's pages, in the case file, in an access report."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.web.record_words import record_value


@pytest.mark.parametrize(
    ("entity", "attribute", "given", "danish"),
    [
        ("Familie", "foraeldremyndighed", "faelles", "fælles"),
        ("Dagsordenspunkt", "udfald", "til_familieteam", "til familieteam"),
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

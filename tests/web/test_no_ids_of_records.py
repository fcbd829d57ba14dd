"""No id of a record reaches a reader's eye: pages, the case file, the story, and each value in words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.entities import ENTITIES
from flowcase.web.words.named_records import remember
from flowcase.web.words.record_words import record_value
from tests.web.test_case_dossier import _fetch
from tests.web.test_pdf import text_of

# The name of a file in the journal and the hash of its content are what they are.
_THE_JOURNAL_S = frozenset({("Journalpost", "kvittering"), ("Journalpost", "indhold_hash")})
WITH_NOTIFICATION = "SAG-2588"


@pytest.fixture
def ids(world) -> frozenset[str]:
    """Of every record that there is."""
    return frozenset(
        record.id for name in ENTITIES if name != "Sag" for record in world.flow.cases.records(name)
    )


def _seen(text: str, ids: frozenset[str]) -> list[str]:
    """Ids in a text; one within a file's name in the journal (`plan-01k…-2.json`) is part of that name."""
    return [found for found in re.findall(r"(?<!-)[0-9a-z]{20}", text) if found in ids]


def test_every_value_of_every_record_is_said_without_an_id(app, world, ids):
    with app.test_request_context():
        found = {
            (name, attribute, said)
            for name in ENTITIES
            if name != "Sag"
            for record in world.flow.cases.records(name)
            for attribute, given in record.values.items()
            if (name, attribute) not in _THE_JOURNAL_S
            and _seen(said := record_value(name, attribute, given), ids)
        }

    assert len(ids) > 20
    assert found == set()


def test_no_page_about_a_case_and_no_case_file_shows_an_id(sign_in, world, ids):
    caseworker, auditor = sign_in("camilla.syd"), sign_in("vera.revisor")
    for case in world.flow.cases.list(actor=SYSTEM):
        for page in (caseworker.get(f"/sager/{case.code}"), auditor.get(f"/revision/sager/{case.code}/da")):
            assert _seen(page.text, ids) == []

    assert _seen(text_of(_fetch(caseworker, "K2")), ids) == []


def test_the_case_file_tells_who_sent_a_notification_where_its_class_lets_it(app, world):
    caseworker = world.flow.people.actor("camilla.syd")
    named = world.flow.cases.facts(WITH_NOTIFICATION)["underretninger"]
    said = {}
    for data_class in ("K0", "K2"):
        dossier = world.flow.case_dossiers.make(
            WITH_NOTIFICATION, data_class=data_class, purpose="klage", actor=caseworker
        )
        with app.test_request_context():
            remember(dossier.notifications)
            said[data_class] = record_value("Sag", "underretninger", named)

    assert re.fullmatch(r"Underretning \(modtaget [^,)]+\)", said["K0"])
    assert re.fullmatch(r"Underretning \(modtaget [^,)]+, skole\)", said["K2"])


def test_family_and_notification_are_called_by_members_by_day_and_by_who_sent_it(app, world):
    flow = world.flow
    family = flow.cases.add_record(
        "Familie",
        {"medlemmer": [{"rolle": "mor", "navn": "Hanne Lysholt"}, {"rolle": "far", "navn": "Bo Lysholt"}]},
        actor=SYSTEM,
    )
    known: Any = [_Known(each) for each in flow.cases.records("Familie") if each.id == family]

    with app.test_request_context():
        assert "Lysholt" not in record_value("Sag", "familie_id", family)  # not for everybody
    with app.test_request_context():
        remember(known)
        assert record_value("Sag", "familie_id", family) == "Familie (Hanne Lysholt, Bo Lysholt)"


def test_a_plan_is_called_what_it_is_and_when_it_was_approved(app, world):
    values = {"slags": "ungeplan", "godkendt": dt.date(2026, 3, 20), "status": "godkendt"}
    plan = world.flow.cases.add_record("Handleplan", values, case="SAG-2588", actor=SYSTEM)

    with app.test_request_context("/"):
        danish = record_value("Maal", "handleplan_id", plan)
    with app.test_request_context("/?sprog=en"):
        app.preprocess_request()
        english = record_value("Maal", "handleplan_id", plan)

    assert danish == "Plan (ungeplan, godkendt fre. 20. mar. 2026)"
    assert english == "Plan (youth plan, approved Fri 20 Mar 2026)"


def test_rows_of_a_list_are_sentences_and_not_one_line_of_commas(app):
    row = {"hvem": "Skolen", "rolle": "skole", "hvad": "Fravær i ugen.", "samtykke": "Givet"}

    with app.test_request_context():
        said = record_value("Undersoegelse", "kilder", [row])

    assert said == (
        "Hvem: Skolen. Hvor kommer udtalelsen fra: Skole. "
        "Hvad spørges der om: Fravær i ugen. Samtykke: Givet."
    )


def test_a_consent_that_was_written_as_a_text_is_still_read(app):
    with app.test_request_context():
        assert record_value("Foranstaltning", "samtykke", "Mor har sagt ja") == "Mor har sagt ja"
        assert record_value("Foranstaltning", "samtykke", ["ikke_kraevet"]) == (
            "samtykke kræves ikke på trinnet"
        )


class _Known:
    def __init__(self, record: Any) -> None:
        self.id, self.entity, self.values = record.id, record.entity, record.values
        self.written_at = None

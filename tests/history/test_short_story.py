"""The short story of a case tells acts; what has no kind among them is left to the whole story."""

from __future__ import annotations

import datetime as dt

from flowcase.history.kind_names import KIND_NAMES
from flowcase.history.sentences import SENTENCES
from flowcase.history.short_story import ACTS, shortened
from flowcase.history.story import Told

AT = dt.datetime(2026, 3, 27, 8, tzinfo=dt.UTC)


def told(kind, entity=None):
    return Told(AT, "Tine", kind, kind, None, entity)


def test_an_act_is_told_without_the_records_that_it_wrote():
    act, record, more = (
        told("UserTaskCompleted"),
        told("RecordCreated", "Moede"),
        told("RecordUpdated", "Moede"),
    )

    assert shortened([record, act, more]) == [act]


def test_a_record_with_a_sentence_of_its_own_is_told():
    document, comment = told("RecordCreated", "Dokument"), told("RecordCreated", "Kommentar")

    assert shortened([document, comment]) == [document, comment]


def test_every_act_is_a_kind_of_event_that_a_story_tells_unasked():
    assert set(KIND_NAMES) >= ACTS
    assert all(SENTENCES[kind].is_told for kind in ACTS - {"CaseErased"})

"""The short story of a case tells acts and outcomes; everything else is left to the whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowcase import modeling
from flowcase.access.events import EmergencyReviewed
from flowcase.cases import events
from flowcase.cases.consents import Outcome as Ended
from flowcase.cases.entities import DataClass, entity
from flowcase.history.outcomes import OUTCOMES
from flowcase.history.sentences import OF_RECORDS, SENTENCES, UNTOLD, Telling
from flowcase.history.short_story import shortened
from flowcase.history.story import Recorded, Told, tell, told_erased
from flowcase.store import codec

HERE = Path(__file__).parents[2]
AT = dt.datetime(2026, 3, 27, 8, tzinfo=dt.UTC)
CODES = yaml.safe_load((Path(modeling.__file__).parent / "names.yaml").read_text("utf-8"))["codes"]


class Called:
    def __getattr__(self, name: str) -> Any:
        return lambda *asked: str(asked[-1])

    def process_id(self, instance: str | None) -> str:
        return "samtykke"


def story(*happened: Any, language: str = "da") -> list[Told]:
    return list(
        tell([Recorded(AT, "karen.fp", event, "i1") for event in happened], Called(), language=language)
    )


def created(entity: str, record: str = "r1", **values: Any) -> events.RecordCreated:
    return events.RecordCreated(record=record, entity=entity, case="SAG-1", open=values, secret={})


def updated(entity: str, record: str = "r1", **values: Any) -> events.RecordUpdated:
    return events.RecordUpdated(record=record, entity=entity, case="SAG-1", open=values, secret={})


def short(*happened: Any, language: str = "da") -> list[str]:
    return [told.text for told in shortened(story(*happened, language=language))]


def test_an_act_is_told_without_the_records_that_it_wrote() -> None:
    note = events.NoteWritten(note="n1", case="SAG-1", kind="visitation", source="", text="")

    assert [told.kind for told in shortened(story(created("Moede"), note, updated("Moede")))] == [
        "NoteWritten"
    ]


def test_a_record_with_a_sentence_of_its_own_is_told() -> None:
    assert short(created("Dokument"), created("Kommentar", "r2")) == [
        "Lagde et dokument på sagen.",
        "Skrev en kommentar.",
    ]


def test_an_erased_case_is_told_in_short() -> None:
    assert shortened([told_erased(AT)])


def test_every_kind_of_event_says_whether_a_story_tells_it() -> None:
    assert sorted({*SENTENCES, *UNTOLD}) == sorted(codec.classes()), "give it a sentence, or add it to UNTOLD"
    assert not set(SENTENCES) & UNTOLD
    assert all(isinstance(each.telling, Telling) for each in (*SENTENCES.values(), *OF_RECORDS.values()))


def test_a_consent_is_told_when_it_is_given_and_when_it_is_withdrawn_with_what_it_is_about() -> None:
    given = updated("Samtykke", formaal_kode="kreativt_raad", status="ja")
    withdrawn = updated("Samtykke", tilbagekaldt=AT, status="tilbagekaldt")

    assert short(given, withdrawn) == [
        "Samtykket blev givet: kreativt råd.",
        "Samtykket blev trukket tilbage: kreativt råd.",
    ]
    assert short(given, withdrawn, language="en") == [
        "The consent was given: creative council.",
        "The consent was withdrawn: creative council.",
    ]


@pytest.mark.parametrize("ended", [Ended.EXPIRED, Ended.LAPSED, Ended.NOT_NEEDED])
def test_a_request_for_consent_tells_its_end(ended: Ended) -> None:
    [line] = short(
        created("Samtykkeanmodning", formaal_kode="udtalelse"),
        updated("Samtykkeanmodning", status=str(ended)),
    )

    assert line.startswith("Samtykket ")
    assert "udtalelse" in line


def test_a_meeting_is_told_once_when_it_was_held_and_why_not_when_it_was_not() -> None:
    planned = created("Moede", slags="kreativt_raad", status="planlagt")

    held = short(planned, updated("Moede", forloeb="afholdt", holdt=AT), updated("Moede", afholdt=AT))

    assert held == ["Mødet blev holdt: kreativt råd."]
    assert short(planned, updated("Moede", forloeb="aflyst")) == [
        "Mødet blev ikke holdt: kreativt råd (aflyst)."
    ]


def test_a_meeting_that_was_held_on_another_day_than_it_was_written_down_is_told_with_its_day() -> None:
    planned = created("Moede", slags="kreativt_raad", status="planlagt")
    day_before = dt.datetime(2026, 3, 25, 23, 30, tzinfo=dt.UTC)  # half past midnight of the 26th in Denmark
    same_day = dt.datetime(2026, 3, 26, 23, 30, tzinfo=dt.UTC)
    written = updated("Moede", holdt=day_before)

    assert short(planned, written, updated("Moede", afholdt=AT)) == [
        "Mødet blev holdt den 26.3.2026: kreativt råd."
    ]
    assert short(planned, written, language="en") == ["The meeting was held on 26.3.2026: creative council."]
    assert short(planned, updated("Moede", afholdt=same_day)) == ["Mødet blev holdt: kreativt råd."]


def test_who_decided_what_at_the_screening_and_the_meeting_is_told_with_date_and_actor() -> None:
    [assessed, decided] = shortened(
        story(
            updated("Risikovurdering", resultat="dagsmoede"),
            updated("Dagsordenspunkt", "r2", udfald="til_familieteam"),
        )
    )

    assert (assessed.text, assessed.at, assessed.who) == ("24-timers vurdering: dagsmøde.", AT, "karen.fp")
    assert decided.text == "Besluttet på mødet: til familieteam."


def test_the_whole_story_tells_the_fields_beside_the_outcome() -> None:
    [fields, outcome] = story(updated("Opfoelgning", beslutning="fortsaet"))

    assert "Beslutning" in fields.text
    assert outcome.text == "Besluttet ved opfølgningen: fortsæt."


def test_what_is_written_again_is_not_told_again_and_another_answer_is() -> None:
    first, second = updated("Visitation", afgoerelse="afslag"), updated("Visitation", afgoerelse="visiteret")

    assert len(short(first, first, second, second)) == 2


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda each: f"{each.entity}.{each.attribute}")
def test_an_outcome_names_only_what_every_reader_may_see(outcome: Any) -> None:
    for name in filter(None, (outcome.attribute, outcome.about)):
        assert entity(outcome.entity).attribute(name).data_class is DataClass.K0


def test_every_answer_that_a_form_offers_for_an_outcome_has_words_in_both_languages() -> None:
    answers = set(_offered()) | {code for outcome in OUTCOMES for code in outcome.codes}
    assert len(answers) > 30

    assert sorted(answers - set(CODES) - {"afholdt"}) == []


def _offered() -> Iterator[str]:
    targets = {
        f"case:{each.entity}.{name}" for each in OUTCOMES for name in (each.attribute, each.about) if name
    }

    def of(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if targets & set(str(part.get("properties", {}).get("target", "")).split()):
                yield from (str(each["value"]) for each in part.get("values", ()))
            for inner in part.values():
                yield from of(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from of(inner)

    for path in (HERE / "processes/forms").glob("*.form"):
        yield from of(json.loads(path.read_text("utf-8")))


def test_what_a_second_person_answered_is_told_with_the_answer() -> None:
    yes = events.AccessReportAnswered(report="r1", case="SAG-1", is_approved=True, content="")
    no = events.AccessReportAnswered(report="r2", case="SAG-1", is_approved=False, content="")
    reviewed = EmergencyReviewed(emergency="e1", case="SAG-1", verdict="foelges_op")

    told = [[each.text for each in story(yes, no, reviewed, language=spoken)] for spoken in ("da", "en")]

    assert told == [
        ["Indsigten blev godkendt.", "Indsigten blev afvist.", "Gennemgik nødadgangen: skal følges op."],
        [
            "The access report was approved.",
            "The access report was declined.",
            "Reviewed the emergency access: to be followed up.",
        ],
    ]

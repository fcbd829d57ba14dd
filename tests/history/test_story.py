"""The history of a case in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from string import Formatter
from typing import Any, get_type_hints

import pytest

import flowcase.handlers
from flowcase.cases import events
from flowcase.cases.entities import DataClass
from flowcase.events import DecisionEvaluated, JobRetried
from flowcase.history import notices
from flowcase.history.exports.line import withheld
from flowcase.history.kind_names import KIND_NAMES
from flowcase.history.sentences import SENTENCES
from flowcase.history.story import Recorded, tell
from flowcase.model import (
    ElementEntered,
    EscalationThrown,
    Event,
    MessagePublished,
    SignalBroadcast,
    UserTaskCompleted,
    UserTaskCreated,
)
from flowcase.modeling.table_labels import TableLabels, labels_of
from flowcase.store import codec

TABLES = Path(__file__).parents[2] / "processes/decisions"
AT = dt.datetime(2026, 3, 27, 15, 40, tzinfo=dt.UTC)


class Called:
    """What the test's diagrams, tables and people are called."""

    def element(self, instance: str | None, element: str) -> str:
        return {"vurder": "Vurdér risiko"}.get(element, element)

    def process(self, instance: str | None) -> str:
        return "Underretning"

    def process_id(self, instance: str | None) -> str:
        return "underretning"

    def rule(self, deadline: str) -> str:
        return "T01"

    def person(self, id: str) -> str:
        return {"karen.fp": "Karen Bilde"}.get(id, id)

    def table(self, resource: str | None, decision: str) -> TableLabels | None:
        tables = labels_of((TABLES / "moede.dmn").read_bytes(), "moede.dmn")
        return tables.get(decision) if resource else None


def told(*happened: Event, language: str = "da", everything: bool = False) -> list[str]:
    story = tell(
        [Recorded(AT, "karen.fp", event, "i1") for event in happened],
        Called(),
        language=language,
        everything=everything,
    )
    return [f"{line.who}: {line.text}" for line in story]


def test_a_user_task_is_told_by_its_name_with_who_may_do_it_and_until_when() -> None:
    created = UserTaskCreated(
        element="vurder",
        element_instance="4",
        name="Vurdér risiko",
        form="F-A2",
        assignee=None,
        candidate_groups=("frontpersonale",),
        candidate_users=(),
        due_at=AT + dt.timedelta(days=1),
        follow_up_at=None,
        priority=50,
        variables={},
    )
    completed = UserTaskCompleted(element="vurder", element_instance="4")

    danish = told(created, completed)
    english = told(created, completed, language="en")

    assert danish[0] == "Karen Bilde: Opgave til Frontpersonale: »Vurdér risiko«, senest 28.3.2026 kl. 16.40."
    assert danish[1] == "Karen Bilde: Gjorde opgaven »Vurdér risiko« færdig."
    assert english[1] == "Karen Bilde: Completed the task “Vurdér risiko”."


def test_a_label_that_asks_ends_the_sentence_with_its_own_mark() -> None:
    written = events.RecordUpdated(
        record="r1", entity="Handleplan", case="SAG-1", open={}, secret={"familie_deltog": True}
    )

    [line] = told(written)

    assert line.endswith("netværk deltaget?")


def test_records_their_attributes_and_facts_are_called_as_the_reader_speaks() -> None:
    written = events.RecordUpdated(
        record="r1",
        entity="Samtykke",
        case="SAG-1",
        open={"anmodning_id": "a1", "formaal_kode": "x"},
        secret={},
    )
    fact = events.CaseFactSet(case="SAG-1", name="kendskabsdato", value=AT.date(), previous=None)

    assert told(written, fact) == [
        "Karen Bilde: Tilføjet i Samtykke: Anmodning, Formålets art.",
        "Karen Bilde: Kendskabsdato: 27.3.2026.",
    ]
    assert told(written, fact, language="en") == [
        "Karen Bilde: Added in Consent: Request, Kind of purpose.",
        "Karen Bilde: Date of knowledge: 27.3.2026.",
    ]


def test_a_deadline_says_when_and_how_late_it_was_met() -> None:
    met = events.DeadlineMet(deadline="d1", case="SAG-1", met_at=AT, seconds_late=900_000, days_late=10)

    assert told(met) == [
        "Karen Bilde: Fristen »Vurdering af underretning« (T01) blev opfyldt 27.3.2026 kl. 16.40, "
        "10 dage for sent."
    ]


def test_what_only_moves_tokens_is_told_on_request() -> None:
    entered = ElementEntered(element="vurder", element_instance="4", kind="userTask")

    assert told(entered) == []
    assert told(entered, everything=True) == ["Karen Bilde: Nåede »Vurdér risiko«."]


def test_no_value_of_a_confidential_field_is_told() -> None:
    written = events.RecordUpdated(
        record="r1", entity="Underretning", case="SAG-1", open={}, secret={"bekymring": "Råben om natten"}
    )

    [line] = told(written)

    assert "Råben" not in line
    assert "Bekymring" in line


def test_every_notice_that_a_handler_sends_has_its_sentence() -> None:
    folder = Path(flowcase.handlers.__file__).parent
    sent = {
        code
        for path in folder.glob("*.py")
        for code in re.findall(r'\btext="(\w+)"', path.read_text("utf-8"))
    }

    assert len(sent) > 10
    assert sent <= set(notices.SENTENCES)


def answered(decision: str, result: Any, resource: str | None = "1" * 64) -> DecisionEvaluated:
    matched = [{"decision": decision, "rules": ["regel_4"], "indexes": [4]}]
    return DecisionEvaluated(
        decision=decision,
        result=result,
        rules=("regel_4",),
        record={"matched_rules": matched},
        resource=resource,
    )


def test_what_a_table_answered_is_told_by_its_columns_and_codes_in_words() -> None:
    forum = answered("moede_slags", {"formaal": "forum", "indkaldere": ["sagens_team"], "mangler": None})

    assert told(forum) == [
        "Karen Bilde: Tabellen »Slags møde« svarede: formål: forum; indkaldere: sagens team "
        "(tabellens række 4)."
    ]
    assert told(forum, language="en") == [
        "Karen Bilde: Table “Slags møde” answered: purpose: cross-professional forum; "
        "conveners: the team of the case (row 4)."
    ]


def test_a_warning_of_a_table_is_told_as_its_sentence_with_its_rule() -> None:
    warned = answered("varsel_moede", [{"besked": "Vælg helst to.", "regel": "R-070"}], resource=None)

    [line] = told(warned)

    assert line.endswith("svarede: Vælg helst to (R-070) (tabellens række 4).")


def test_messages_signals_and_errors_say_what_they_tell() -> None:
    place = {"element": "vurder", "element_instance": "4"}
    lines = told(
        MessagePublished(
            **place,
            name="kontrakt_underskrevet",
            correlation_key="k",
            variables={},
            time_to_live=None,
            message_id=None,
        ),
        SignalBroadcast(**place, name="akut_vending", is_global=False, variables={}),
        EscalationThrown(**place, code="frist_overskredet", caught_by=None, variables={}),
    )

    assert lines == [
        "Karen Bilde: Besked sendt til et andet forløb: kontrakten er underskrevet.",
        "Karen Bilde: Sagens forløb fik at vide: sagen er vendt akut.",
        "Karen Bilde: Eskalering ved »Vurdér risiko«: fristen er overskredet.",
    ]


def test_codes_of_a_case_are_told_in_words() -> None:
    lines = told(
        events.CaseFactSet(case="S1", name="status", value="undersoegelse", previous="aaben"),
        events.CaseFactSet(case="S1", name="omraade", value="syd"),
        events.NoteWritten(note="n", kind="samtykke_mundtligt", text="x", case="S1", source="svar"),
        events.CaseClosed(case="S1", outcome="uden_indsats"),
        events.DeadlineCancelled(deadline="d1", case="S1", reason="kontrakt_ophoert"),
    )

    assert [line.removeprefix("Karen Bilde: ") for line in lines] == [
        "Status: under undersøgelse (før: åben).",
        "Område: Syd.",
        "Notat skrevet: mundtligt samtykke.",
        "Sagen blev afsluttet: uden indsats.",
        "Fristen »Vurdering af underretning« (T01) bortfaldt: kontrakten er ophørt.",
    ]


def test_what_is_withheld_says_so() -> None:
    cancelled = events.DeadlineCancelled(deadline="d1", case="S1", reason="Familien er rejst")

    [line] = told(withheld(cancelled, DataClass.K0))

    assert line.endswith("bortfaldt: (begrundelsen er udeladt).")


def test_what_says_the_same_twice_of_one_moment_is_told_once() -> None:
    twice = [answered("sagstal", True, resource=None)] * 2

    assert len(told(*twice)) == 1
    assert len(told(*twice, everything=True)) == 2


def test_an_event_without_a_sentence_is_told_by_the_name_of_its_kind() -> None:
    retried = JobRetried(element="vurder", element_instance="4", retries=3)

    assert told(retried, everything=True) == ["Karen Bilde: Arbejde ud af huset forsøgt igen."]
    assert told(retried, everything=True, language="en") == ["Karen Bilde: Job tried again."]


def filled_in(kind: type[Event]) -> Event:
    """An event with something in each field."""
    hints = get_type_hints(kind)
    values: list[tuple[str, Any]] = [
        ("datetime.datetime", AT),
        ("datetime.date", AT.date()),
        ("timedelta", dt.timedelta(days=1)),
        ("Mapping", {}),
        ("tuple", ()),
        ("bool", True),
        ("int", 1),
        ("str", "noget"),
    ]
    made = {
        each.name: next((value for name, value in values if name in str(hints[each.name])), "noget")
        for each in dataclasses.fields(kind)
    }
    return kind(**made)


@pytest.mark.parametrize("kind", sorted(codec.classes().values(), key=lambda each: each.__name__))
def test_an_event_of_any_kind_can_be_told_in_both_languages(kind: type[Event]) -> None:
    for language in ("da", "en"):
        [line] = told(filled_in(kind), language=language, everything=True)
        assert "{" not in line


def test_every_kind_of_event_has_words_in_both_languages() -> None:
    """By its sentence, or by its name; a sentence names only what it is filled in with."""
    assert set(SENTENCES) <= set(codec.classes()) == set(KIND_NAMES)
    for kind, sentence in SENTENCES.items():
        danish, english = (
            {name for _, name, _, _ in Formatter().parse(said) if name} for said in sentence[:2]
        )
        assert danish == english, kind

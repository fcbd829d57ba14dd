"""The history of a case in words."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import flowcase.handlers
from flowcase.cases import events
from flowcase.history import notices
from flowcase.history.story import Recorded, tell
from flowcase.model import ElementEntered, Event, UserTaskCompleted, UserTaskCreated

AT = dt.datetime(2026, 3, 27, 15, 40, tzinfo=dt.UTC)


def told(*happened: Event, language: str = "da", everything: bool = False) -> list[str]:
    story = tell(
        [Recorded(AT, "karen.fp", event, "i1") for event in happened],
        name=lambda instance, element: {"vurder": "Vurdér risiko"}.get(element, element),
        process=lambda instance: "Underretning",
        process_id=lambda instance: "underretning",
        rule=lambda deadline: "T01",
        person=lambda id: {"karen.fp": "Karen Bilde"}.get(id, id),
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


def test_a_deadline_says_when_and_how_late_it_was_met() -> None:
    met = events.DeadlineMet(deadline="d1", case="SAG-1", met_at=AT, seconds_late=900_000, days_late=10)

    assert told(met) == ["Karen Bilde: Frist T01 blev opfyldt 27.3.2026 kl. 16.40, 10 dage for sent."]


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

"""What the editors offer to name: in force, and over it what one's own drafts define."""

from __future__ import annotations

import json

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden
from tests.services.conftest import ANNA
from tests.services.diagrams import end, process, start, user_task

JENS = Actor("jens", groups=frozenset({"procesejer"}))
FORM = json.dumps(
    {
        "type": "default",
        "id": "skema",
        "components": [
            {"type": "number", "id": "a", "key": "antal", "label": "Antal"},
            {"type": "textfield", "id": "b", "key": "begrundelse", "label": "Begrundelse"},
        ],
    }
).encode()
GATED = {"flowcase.gate": "spaerre, anden"}


def test_a_table_is_told_what_the_diagrams_that_ask_it_hand_in(flow: Flowcase) -> None:
    flow.kept_drafts.begin("skema.form", FORM, actor=JENS)
    diagram = process("p", start(), user_task("a", form="skema", properties=GATED), end())
    flow.kept_drafts.begin("p.bpmn", diagram, actor=JENS)

    names = flow.element_choices.in_tables(JENS)

    assert names.tables["spaerre"] == names.tables["anden"] == ("antal", "begrundelse")
    assert "sag" in names.facts and "indstilling" in names.facts


def test_a_file_that_cannot_be_read_hides_only_itself(flow: Flowcase) -> None:
    flow.kept_drafts.begin("skema.form", FORM, actor=JENS)
    flow.kept_drafts.begin("p.bpmn", b"<definitions", actor=JENS)

    choices = flow.element_choices.of(JENS)

    assert list(choices.forms) == ["skema"] and not choices.processes


def test_only_process_owners_are_told(flow: Flowcase) -> None:
    with pytest.raises(Forbidden):
        flow.element_choices.of(ANNA)
    with pytest.raises(Forbidden):
        flow.element_choices.in_tables(ANNA)

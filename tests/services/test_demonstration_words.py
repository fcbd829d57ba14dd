"""What the people of the demonstration write fits the records that it is written into."""

from __future__ import annotations

import re
from pathlib import Path

from flowcase.cases.entities import entity
from flowcase.demo.stories import STORIES
from flowcase.demo.undertakings import UNDERTAKINGS
from flowcase.demo.wordings import PLACED, PLAIN, text_of


def test_every_text_of_a_single_attribute_has_its_attribute_and_is_short_enough_to_read():
    for place, texts in PLACED.items():
        name, _, attribute = place.partition(".")
        entity(name).attribute(attribute)  # or NotFound
        assert all(0 < len(text) <= 120 for text in ([texts] if isinstance(texts, str) else texts)), place


def test_several_texts_are_taken_in_turn_and_what_has_none_gets_a_plain_sentence():
    written = [text_of(["Leverandoerstatus.forslag"], "forslag", turn) for turn in range(3)]

    assert written[0] != written[1] == PLACED["Leverandoerstatus.forslag"][1]
    assert written[2] == written[0]
    assert text_of(["Sag.ukendt"], "ukendt", 1) == PLAIN


def test_every_supplier_has_a_name_of_its_own():
    contracts = [each for each in UNDERTAKINGS if each.process == "standardkontrakt"]

    names = [each.answers["oplysninger"]["navn"] for each in contracts]

    assert len(names) == 7 and PLAIN not in names


def test_what_is_left_for_a_visitor_to_do_is_a_user_task_that_is_drawn():
    processes = Path(__file__).parents[2] / "processes"
    drawn = {
        id
        for path in processes.glob("*.bpmn")
        for id in re.findall(r'<bpmn:userTask id="([^"]+)"', path.read_text("utf-8"))
    }

    left = {each.stop_before for each in (*STORIES, *UNDERTAKINGS) if each.stop_before}

    assert len(left) > 5 and left <= drawn

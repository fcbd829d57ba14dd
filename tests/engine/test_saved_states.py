"""Saved states: compact, versioned, and readable for as long as there are instances of them."""

from __future__ import annotations

import base64
import json

import pytest
import zstandard
from by_hand import NOW, Hand
from saved_states import FOLDER, picture, sizes, walked_to_its_end
from small_diagrams import (
    boundary,
    cycle,
    duration,
    each,
    end,
    message,
    parallel,
    process,
    service,
    start,
    sub_process,
    user,
)

from flowcase.engine import State, UnknownStateFormat, advance
from flowcase.engine.state_formats import FORMAT, MIGRATIONS, in_present_format
from flowcase.errors import Conflict
from flowcase.model import CompleteElement, DeliverMessage, FireTimer, InstanceStatus, StartInstance
from flowcase.modeling import read_bpmn


def case_process():
    from dataclasses import replace

    return process(
        start(), parallel("del"), user("besoeg"),
        sub_process("for_hvert", loop=each("boern", "barn", sequential=True)), parallel("saml"), end(),
        boundary("frist", "besoeg", duration("P14D"), interrupting=False), end("mindet"),
        boundary("husk", "besoeg", cycle("R3/P1D"), interrupting=False), end("husket"),
        boundary("nyt", "for_hvert", message("nyt")), end("afbrudt"),
        *(
            replace(part, parent="for_hvert")
            for part in (start("ind"), service("gem", inputs=("barn -> id",)), end("ud"))
        ),
        flows=(
            "start -> del", "del -> besoeg", "del -> for_hvert", "besoeg -> saml", "for_hvert -> saml",
            "saml -> end", "frist -> mindet", "husk -> husket", "nyt -> afbrudt", "ind -> gem", "gem -> ud",
        ),
    )  # fmt: skip


def begun() -> Hand:
    hand = Hand(case_process())
    hand.do(StartInstance(variables={"sag_id": "S-1", "boern": ["b1", "b2"]}))
    return hand


# What the first version saved of `begun()`. Never change it: such instances are out there.
FORMAT_1 = (
    "KLUv/WC7AuUNAAZYRyMwiVgHQOXUqPhyz40PWVh4Fhe2fkaGBUj1wRaB0lhBQ0EFBzgAPAA7ABO/TmmRZN+L4v57dUVshqxf"
    "RcGnLfa36WMOv/V7rPmuxZ9dYySb77vhasPOp1FllX4XvzI4pXMpb+4KfmsIYnBp0e1hP2uhW3QHAlX7QVA5spjDrq7ObiyW"
    "+QMULQ75nnS+dNSW1+18h3zO/mlJm/k+uWKVr78XqOc/mvH9bOgUnuhabITzG3rUS9Uxx3eSeCfGfAsgKd8lnuJsaUic39zy"
    "MKou8Wk/hrnJGl9FmZSTMn0ZEgt7PadsIIuPOACjdBVys6FMlOiHUdoHy2AhBCQJr3k0iWLQaIFYRLUGUIqVYgKlgFiGRBkQ"
    "iEJO5YK66cSGHUCoEalUFAkpaJlJqTFQokHM7gYSYNcco7xR5sxMmLS818+JNMLDbYo5wfpDGsunVKINGbfCTg4fb2oWyG4D"
    "gXqjf+xId8uAhQww05SyaROSlWmTZ1QABlGoZjb022QPD9678N3GSzFoMHtZftyNHxKzFz+09gCAaXnUwAaHQTZzrWAndDlN"
    "bk/iKF5MRvLRevn33vzbHeMn5WNeBQ=="
)


def test_a_state_of_the_first_format_runs_to_its_end():
    hand = Hand(case_process())
    hand.saved = base64.b64decode(FORMAT_1)

    hand.do(CompleteElement(element_instance=hand.at("gem")))
    hand.now = NOW.replace(day=3)
    hand.do(FireTimer(timer=hand.waiting("husk")))
    hand.do(CompleteElement(element_instance=hand.at("besoeg")))
    hand.do(CompleteElement(element_instance=hand.at("gem")))

    assert hand.state.status is InstanceStatus.COMPLETED


def test_a_state_is_small_and_holds_no_definition():
    hand = begun()

    text = zstandard.ZstdDecompressor().decompress(hand.saved).decode()

    assert len(hand.saved) < 700
    assert "b1" in text
    assert "for_hvert_saml" not in text  # sequence flows that nobody waits on are the definition's


def test_saving_what_was_read_gives_the_same_bytes():
    hand = begun()

    assert State.from_bytes(hand.saved, hand.definition).to_bytes() == hand.saved


@pytest.mark.parametrize("construct", sorted(file.stem for file in FOLDER.glob("*.json")))
def test_the_first_release_s_state_of_each_construct_is_read_and_runs_to_its_end(construct):
    told = json.loads((FOLDER / f"{construct}.json").read_text(encoding="utf-8"))
    saved = base64.b64decode(told["state"])
    definition = read_bpmn((FOLDER / f"{construct}.bpmn").read_bytes(), construct).processes[0]

    held = picture(State.from_bytes(saved, definition))
    entered, last = walked_to_its_end(definition, saved, told["answers"])

    assert held == told["holds"]
    assert entered == told["entered_afterwards"]
    assert picture(last) == told["ends_as"]


def test_each_construct_is_small_at_rest():
    largest, construct = sizes()[0]

    assert len(sizes()) >= 61
    assert largest < 400, construct


@pytest.mark.parametrize("version", [99, 0, None, "1", True])
def test_a_state_of_a_later_or_unknown_format_is_refused_with_a_way_out(version):
    data = zstandard.ZstdCompressor().compress(json.dumps({"format": version}).encode())

    with pytest.raises(UnknownStateFormat, match=f"or older, but it has format {version}. A newer flowcase"):
        State.from_bytes(data, case_process())


def test_an_older_state_goes_through_each_format_in_turn():
    def first(saved):
        """What was one word is two."""
        return {**saved, "steps": [*saved["steps"], "from 1"]}

    def second(saved):
        """And is told in another order."""
        return {**saved, "steps": [*saved["steps"], "from 2"]}

    upgraded = in_present_format({"format": 1, "steps": []}, present=3, migrations={1: first, 2: second})

    assert upgraded == {"format": 3, "steps": ["from 1", "from 2"]}


def test_every_older_format_has_a_migration_told_in_words():
    assert sorted(MIGRATIONS) == list(range(1, FORMAT))
    assert all((migration.__doc__ or "").strip() for migration in MIGRATIONS.values())


def test_a_state_does_not_run_on_a_definition_without_its_elements():
    hand = begun()
    other = process(start(), user("andet"), end())

    with pytest.raises(Conflict):
        advance(other, hand.saved, DeliverMessage(subscription="m1"), now=NOW)

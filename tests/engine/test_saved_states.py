"""Saved states: compact, versioned, and readable for as long as there are instances of them."""

from __future__ import annotations

import base64
import json

import pytest
import zstandard
from by_hand import NOW, Hand
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
from flowcase.errors import Conflict
from flowcase.model import CompleteElement, DeliverMessage, FireTimer, InstanceStatus, StartInstance


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


def test_a_state_of_a_later_format_is_refused():
    data = zstandard.ZstdCompressor().compress(json.dumps({"format": 99}).encode())

    with pytest.raises(UnknownStateFormat):
        State.from_bytes(data, case_process())


def test_a_state_does_not_run_on_a_definition_without_its_elements():
    hand = begun()
    other = process(start(), user("andet"), end())

    with pytest.raises(Conflict):
        advance(other, hand.saved, DeliverMessage(subscription="m1"), now=NOW)

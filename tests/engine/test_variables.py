"""Where variables live: Camunda 8's scopes and mappings, and facts behind them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from by_hand import NOW, Hand
from small_diagrams import end, exclusive, process, script, service, start, sub_process, user

from flowcase.engine import advance
from flowcase.errors import Conflict
from flowcase.model import CompleteElement, SetVariables, StartInstance, VariablesChanged


def test_a_result_goes_to_the_nearest_scope_that_defines_its_name_else_to_the_instance(run):
    nested = process(
        start(),
        sub_process("del", inputs=("1 -> lokal",)),
        end(),
        *(
            replace(part, parent="del")
            for part in (start("ind"), service("gem"), script("s", "lokal", "kopi"), end("ud"))
        ),
        flows=("start -> del", "del -> end", "ind -> gem", "gem -> s", "s -> ud"),
    )

    trace = run(nested, answers={"gem": {"variables": {"lokal": 2, "ny": 3}}})

    assert trace.variables == {"ny": Decimal(3), "kopi": Decimal(2)}


def test_an_input_mapping_hides_an_outer_variable_only_inside(run):
    hiding = process(start(), service("gem", inputs=("2 -> n",)), script("s", "n", "set"), end())

    trace = run(hiding, variables={"n": Decimal(1)}, answers={"gem": {"variables": {"n": 9}}})

    assert trace.variables == {"n": Decimal(1), "set": Decimal(1)}


def test_with_output_mappings_only_what_is_mapped_leaves_the_element(run):
    mapped = process(
        start(),
        user("vurder", outputs=("ja -> svar.ja", "not(ja) -> svar.nej", "svar.nej -> nej")),
        end(),
    )

    trace = run(
        mapped,
        variables={"svar": {"foer": True}},
        answers={"vurder": {"variables": {"ja": True, "hemmelig": 1}}},
    )

    assert trace.variables == {"svar": {"foer": True, "ja": True, "nej": False}, "nej": False}


def test_facts_are_read_behind_variables_and_never_written(run):
    both = process(start(), script("a", "frist.T04", "t"), script("b", "n", "m"), end())

    trace = run(both, variables={"n": Decimal(1)}, facts={"frist": {"T04": "x"}, "n": Decimal(2)})

    assert trace.variables == {"n": Decimal(1), "t": "x", "m": Decimal(1)}


def test_a_local_variable_is_gone_with_its_element():
    hand = Hand(process(start(), user("a", inputs=("1 -> x",)), user("b"), end()))

    hand.do(StartInstance())
    hand.do(CompleteElement(element_instance=hand.at("a")))

    assert hand.state.visible_variables(hand.at("b")) == {}


def test_an_operator_sets_variables_of_the_instance_or_of_one_scope():
    hand = Hand(process(start(), user("a", inputs=("1 -> x",)), end()))
    hand.do(StartInstance())

    hand.do(SetVariables(variables={"y": True}))
    changed = hand.do(SetVariables(variables={"x": Decimal(5)}, scope=hand.at("a")))

    assert hand.state.variables() == {"y": True}
    assert hand.state.visible_variables(hand.at("a")) == {"x": Decimal(5), "y": True}
    assert changed == (VariablesChanged(scope=hand.at("a"), changes={"x": Decimal(5)}, element="a"),)
    with pytest.raises(Conflict):
        hand.do(SetVariables(variables={"x": True}, scope="99"))


def test_names_with_signs_are_known_when_the_diagram_introduces_them(run):
    signed = process(
        start(),
        script("a", "1", "antal-boern"),
        exclusive("g"),
        end("ja"),
        end("nej"),
        flows=("start -> a", "a -> g", "g -> ja : antal-boern = 1", "g -> nej : default"),
    )

    assert run(signed).elements()[-1] == "ja"


def test_every_kind_of_value_survives_saving():
    import datetime as dt
    from zoneinfo import ZoneInfo

    from flowcase.engine import State
    from flowcase.values import YearMonthDuration

    values = {
        "tal": Decimal("1.50"),
        "tekst": "æøå",
        "dato": dt.date(2026, 3, 2),
        "tid": dt.time(8, 30),
        "instant": dt.datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Copenhagen")),
        "varighed": dt.timedelta(days=1, microseconds=7),
        "maaneder": YearMonthDuration(14),
        "liste": [None, True, {"$": "x", "a": [Decimal(1)]}],
    }
    definition = process(start(), user("a"), end())

    saved = advance(definition, None, StartInstance(variables=values), now=NOW).state.to_bytes()

    assert State.from_bytes(saved, definition).variables() == values

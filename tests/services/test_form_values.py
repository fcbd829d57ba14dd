"""Submitted form values: conversion, conditions, clock changes, and every error at once."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flowcase.errors import InvalidValues
from flowcase.modeling import read_form
from flowcase.modeling.form import Form
from flowcase.services.forms import form_sentences, form_values

A_DAY = {"type": "datetime", "subtype": "date"}
NOW = dt.datetime(2026, 3, 27, 16, 0, tzinfo=dt.UTC)
PROCESSES = Path(__file__).parents[2] / "processes"


def a_form(*components: dict[str, Any]) -> Form:
    for number, component in enumerate(components):
        component.setdefault("id", f"felt_{number}")
        component.setdefault("label", component.get("key", component.get("path", "")))
        component.setdefault("properties", {"target": f"case:Underretning.{component.get('key', 'liste')}"})
    content = {"type": "default", "id": "F-X", "schemaVersion": 18, "components": list(components)}
    return read_form(json.dumps(content).encode(), "F-X.form")


def errors_of(form: Form, raw: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(InvalidValues) as refused:
        form_values.validate(form, raw, facts={}, now=NOW)
    return refused.value.errors


def values_of(form: Form, raw: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return form_values.validate(form, raw, facts=facts, now=NOW).values


INSTANT = {"key": "modtaget", "type": "datetime", "subtype": "datetime", "validate": {"required": True}}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-27T16:40+01:00", dt.datetime(2026, 3, 27, 15, 40, tzinfo=dt.UTC)),
        ("2026-03-27T16:40", dt.datetime(2026, 3, 27, 15, 40, tzinfo=dt.UTC)),
        ("2026-10-25T02:30+02:00", dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        ("2026-10-25T02:30+01:00", dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)),
    ],
)
def test_an_instant_is_local_time_or_has_its_offset(typed: str, meant: dt.datetime) -> None:
    assert values_of(a_form(dict(INSTANT)), {"modtaget": typed})["modtaget"] == meant


def test_a_local_time_that_does_not_exist_is_refused() -> None:
    errors = errors_of(a_form(dict(INSTANT)), {"modtaget": "2026-03-29T02:30"})

    assert errors == {"modtaget": [form_sentences.NO_SUCH_TIME]}


def test_a_local_time_that_exists_twice_is_asked_about() -> None:
    errors = errors_of(a_form(dict(INSTANT)), {"modtaget": "2026-10-25T02:30"})

    assert errors == {"modtaget": [form_sentences.TIME_EXISTS_TWICE]}


def test_every_wrong_field_is_named_at_once() -> None:
    form = a_form(
        dict(INSTANT),
        {"key": "antal", "type": "number"},
        {"key": "kanal", "type": "select", "values": [{"label": "Brev", "value": "brev"}]},
        {"key": "dato", "type": "datetime", "subtype": "date"},
    )

    errors = errors_of(form, {"antal": "mange", "kanal": "due", "dato": "31/2", "ukendt": "x"})

    assert errors == {
        "modtaget": [form_sentences.REQUIRED],
        "antal": [form_sentences.NOT_A_NUMBER],
        "kanal": [form_sentences.NOT_A_CHOICE],
        "dato": [form_sentences.NOT_IN_MONTH.format(days=29)],
        "ukendt": [form_sentences.UNKNOWN_FIELD],
    }


def test_yes_and_no_become_booleans_and_numbers_decimals() -> None:
    yes_or_no = [{"label": "Ja", "value": "true"}, {"label": "Nej", "value": "false"}]
    form = a_form({"key": "fare", "type": "radio", "values": yes_or_no}, {"key": "antal", "type": "number"})

    assert values_of(form, {"fare": "false", "antal": "12,5"}) == {"fare": False, "antal": Decimal("12.5")}
    assert values_of(form, {"fare": True, "antal": 3}) == {"fare": True, "antal": Decimal(3)}


def test_a_hidden_field_is_neither_asked_for_nor_kept() -> None:
    form = a_form(
        {
            "key": "anonym",
            "type": "radio",
            "values": [{"label": "Ja", "value": "true"}, {"label": "Nej", "value": "false"}],
        },
        {
            "key": "kontakt",
            "type": "textfield",
            "validate": {"required": True},
            "conditional": {"hide": "=anonym"},
        },
    )

    assert values_of(form, {"anonym": "true", "kontakt": "12 34 56 78"}) == {"anonym": True}
    assert errors_of(form, {"anonym": "false"}) == {"kontakt": [form_sentences.REQUIRED]}


def test_a_condition_can_make_a_field_required() -> None:
    form = a_form(
        {
            "key": "svar",
            "type": "select",
            "values": [{"label": "Ja", "value": "ja"}, {"label": "Nej", "value": "nej"}],
        },
        {
            "key": "hvorfor",
            "type": "textarea",
            "properties": {"target": "case:Underretning.hvorfor", "flowcase.required": '=svar = "nej"'},
        },
    )

    assert errors_of(form, {"svar": "nej"}) == {"hvorfor": [form_sentences.REQUIRED]}
    assert values_of(form, {"svar": "ja"}) == {"svar": "ja"}


def test_rows_are_checked_each_and_empty_ones_dropped() -> None:
    rows = {
        "path": "boern",
        "type": "dynamiclist",
        "validate": {"required": True},
        "components": [
            {
                "id": "navn",
                "key": "navn",
                "type": "textfield",
                "label": "Navn",
                "validate": {"required": True},
            },
            {"id": "foedt", "key": "foedt", "type": "datetime", "subtype": "date", "label": "Født"},
        ],
    }
    form = a_form(rows)

    good = values_of(form, {"boern": [{"navn": "A", "foedt": "2018-02-01"}, {"navn": " ", "foedt": ""}]})
    assert good == {"boern": [{"navn": "A", "foedt": dt.date(2018, 2, 1)}]}
    assert errors_of(form, {"boern": []}) == {"boern": [form_sentences.NO_ROW]}
    assert errors_of(form, {"boern": [{"foedt": "2018-02-01"}]}) == {
        "boern.0.navn": [form_sentences.REQUIRED]
    }


def test_a_required_board_needs_at_least_one_row_in_one_column() -> None:
    column = {
        "type": "dynamiclist",
        "path": "bekymringer",
        "id": "bekymringer",
        "label": "Bekymringer",
        "components": [{"id": "hvad", "key": "hvad", "type": "textarea", "label": "Hvad"}],
    }
    form = a_form({"type": "group", "path": "tavle", "validate": {"required": True}, "components": [column]})

    assert errors_of(form, {}) == {"tavle": [form_sentences.NOTHING_INSIDE]}
    assert errors_of(form, {"tavle": {"bekymringer": [{"hvad": ""}]}}) == {
        "tavle": [form_sentences.NOTHING_INSIDE]
    }
    board = {"tavle": {"bekymringer": [{"hvad": "Råben om natten"}]}}
    assert values_of(form, board) == board


def test_choices_can_come_from_the_facts() -> None:
    form = a_form({"key": "hvem", "type": "select", "valuesKey": "ansatte"})
    people = [{"value": "CW-01", "label": "CW-01"}]

    assert values_of(form, {"hvem": "CW-01"}, ansatte=people) == {"hvem": "CW-01"}
    with pytest.raises(InvalidValues):
        form_values.validate(form, {"hvem": "CW-99"}, facts={"ansatte": people}, now=NOW)


def test_every_one_of_several_choices_has_to_be_offered() -> None:
    form = a_form({"key": "hvem", "type": "taglist", "valuesKey": "ansatte"})
    people = [{"value": "CW-01", "label": "CW-01"}, {"value": "CW-02", "label": "CW-02"}]

    assert values_of(form, {"hvem": ["CW-01", "CW-02"]}, ansatte=people) == {"hvem": ["CW-01", "CW-02"]}
    with pytest.raises(InvalidValues):
        form_values.validate(form, {"hvem": ["CW-01", "CW-99"]}, facts={"ansatte": people}, now=NOW)


def test_no_sentence_repeats_what_was_typed() -> None:
    form = a_form(dict(INSTANT), {"key": "antal", "type": "number"})

    errors = errors_of(form, {"modtaget": "010203-1234", "antal": "010203-1234"})

    assert not any("010203" in sentence for said in errors.values() for sentence in said)


def test_a_talk_with_the_child_that_was_not_held_does_not_ask_who_was_there() -> None:
    form = read_form((PROCESSES / "forms/F-D2.form").read_bytes(), "F-D2.form")

    held = form_values.validate(form, {"gennemfoert": "ja", "deltagere": "Mor"}, facts={}, now=NOW)
    not_held = form_values.validate(
        form, {"gennemfoert": "nej", "ikke_gennemfoert": "For lille", "deltagere": "Mor"}, facts={}, now=NOW
    )

    assert held.values["deltagere"] == "Mor"
    assert ("deltagere",) in not_held.hidden and "deltagere" not in not_held.values


def a_period() -> Form:
    end = {
        "flowcase.refuse.raekkefoelge": "=til < fra",
        "refuse.raekkefoelge": "Perioden slutter, før den begynder.",
        "refuse_en.raekkefoelge": "The period ends before it begins.",
        "flowcase.warn.langt_frem": '=til > today() + duration("P2Y")',
        "warn.langt_frem": "Ret årstallet, eller gå videre.",
        "warn_en.langt_frem": "Correct the year, or go on.",
    }
    row = [{"key": "fra", "id": "fra", **A_DAY}, {"key": "til", "id": "til", **A_DAY, "properties": end}]
    return a_form({"type": "dynamiclist", "path": "perioder", "components": row})


def test_a_value_that_the_form_says_cannot_be_so_is_refused_at_its_row_with_the_forms_words() -> None:
    raw = {
        "perioder": [{"fra": "2026-03-01", "til": "2026-03-02"}, {"fra": "2026-03-05", "til": "2026-03-04"}]
    }

    errors = errors_of(a_period(), raw)

    assert errors == {"perioder.1.til": ["Perioden slutter, før den begynder."]}
    [said] = errors["perioder.1.til"]
    assert isinstance(said, form_sentences.WithEnglish)
    assert said.english == "The period ends before it begins."


def test_a_value_that_is_probably_a_slip_is_told_and_taken() -> None:
    raw = {"perioder": [{"fra": "2026-03-01", "til": "2036-03-02"}]}

    told = form_values.warnings_of(a_period(), raw, facts={}, now=NOW)

    assert told == {"perioder.0.til": ["Ret årstallet, eller gå videre."]}
    assert values_of(a_period(), raw)["perioder"][0]["til"] == dt.date(2036, 3, 2)


@pytest.mark.parametrize(
    "row", [{"til": "2026-03-02"}, {"fra": "2026-03-01"}, {"fra": "i går?", "til": "2026-03-02"}]
)
def test_what_is_not_known_yet_speaks_against_nothing(row: dict[str, str]) -> None:
    told = form_values.warnings_of(a_period(), {"perioder": [row]}, facts={}, now=NOW)

    assert told == {}

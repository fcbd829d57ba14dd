"""What the forms of a conference ask for before, and after, their first question is answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.config import shipped_processes
from flowcase.errors import InvalidValues
from flowcase.modeling import Form, read_form
from flowcase.services.forms import form_values

NOW = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
HELD = {"afholdes": "ja", "metode": "andet", "moedeleder": "KL-2", "referent": "SSP-1"}
PEOPLE = [{"value": each, "label": each} for each in ("KL-2", "SSP-1")]


def form(id: str) -> Form:
    path = shipped_processes() / "forms" / f"{id}.form"
    return read_form(path.read_bytes(), path.name)


def wrong(id: str, values: dict[str, Any], **facts: Any) -> set[str]:
    try:
        form_values.validate(form(id), values, facts={"personer": PEOPLE, **facts}, now=NOW)
    except InvalidValues as error:
        return set(error.errors)
    return set()


@pytest.mark.parametrize(
    ("items", "asked"), [([{"value": "p1", "label": "Sprog"}], {"punkter"}), ([], set[str]())]
)
def test_an_agenda_names_its_items_where_some_were_proposed(items, asked):
    """Where none was, the table says that the conference can be skipped."""
    assert wrong("F-I3", HELD, konferencepunkter=items, omraade="klub") == asked
    assert (
        wrong("F-I3", {"afholdes": "springes_over", "sprunget_over": "x"}, konferencepunkter=items) == set()
    )


def test_the_end_of_a_series_is_asked_of_a_conference_that_is_skipped_and_belongs_to_one():
    [ends] = [each for each in form("F-I3").walk() if each.key == "luk_serie"]

    shown = [
        (said, in_series)
        for said in (None, "ja", "springes_over")
        for in_series in (True, False, None)  # None: called before that was known of a conference
        if not form_values.is_hidden(ends, {"afholdes": said, "i_serie": in_series}, NOW)
    ]

    assert shown == [("springes_over", True)]


def test_a_decision_tells_the_step_of_the_measure_that_was_considered_only_of_that():
    step, told = [each for each in form("F-F1").walk() if each.key == "trin" or "påtænkt" in each.text]

    hidden = {
        said: [
            form_values.is_hidden(each, {"type": said, "paataenkt": "plejefamilie"}, NOW)
            for each in (step, told)
        ]
        for said in (None, "plejefamilie", "netvaerkspleje")
    }

    assert hidden == {None: [False, True], "plejefamilie": [False, True], "netvaerkspleje": [True, False]}


def test_why_a_meeting_was_not_held_is_asked_only_where_it_was_not():
    [why] = [each for each in form("F-M2").walk() if each.key == "aflyst_begrundelse"]

    hidden = {
        said: form_values.is_hidden(why, {"forloeb": said}, NOW) for said in (None, "afholdt", "aflyst")
    }

    assert hidden == {None: True, "afholdt": True, "aflyst": False}

"""What the forms of a conference ask for before, and after, their first question is answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.config import shipped_processes
from flowcase.errors import InvalidValues
from flowcase.modeling import read_form
from flowcase.services import form_values

NOW = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
HELD = {"afholdes": "ja", "metode": "andet", "moedeleder": "KL-2", "referent": "SSP-1"}
PEOPLE = [{"value": each, "label": each} for each in ("KL-2", "SSP-1")]


def wrong(form: str, values: dict[str, Any], **facts: Any) -> set[str]:
    path = shipped_processes() / "forms" / f"{form}.form"
    try:
        form_values.validate(
            read_form(path.read_bytes(), path.name), values, facts={"personer": PEOPLE, **facts}, now=NOW
        )
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


def test_why_a_meeting_was_not_held_is_asked_only_where_it_was_not():
    path = shipped_processes() / "forms" / "F-M2.form"
    [why] = [
        each for each in read_form(path.read_bytes(), path.name).walk() if each.key == "aflyst_begrundelse"
    ]

    hidden = {
        said: form_values.is_hidden(why, {"forloeb": said}, NOW) for said in (None, "afholdt", "aflyst")
    }

    assert hidden == {None: True, "afholdt": True, "aflyst": False}

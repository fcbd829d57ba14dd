"""Who can be ticked as present at a meeting, and which groups are offered to take part in one.

Present: those invited, and who leads a meeting that is about no case.
"""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.modeling.read_form import read_form
from flowcase.services.choosing.choices import choices_for

from .office import PROCESSES

MEETING = {"slags": "koordineringskonference", "moedeleder": "ole", "referent": "jette"}


@pytest.fixture
def offered(office):
    """`offered(invited, case=...)`: the values that the form of the minutes offers, in their order."""
    here = office("2026-03-27T09:00+01:00")
    form = read_form((PROCESSES / "forms/F-M2.form").read_bytes(), "F-M2.form")

    def values(*invited, case=None):
        def work(tx):
            casework = here._open(tx)
            meeting = casework.create("Moede", MEETING, case=None)
            for recipient, status in invited:
                said = {"moede_id": meeting, "modtager": recipient, "art": "person", "status": status}
                casework.create("Invitation", said, case=None)
            facts = {"moede_id": meeting} | ({"sag_id": case} if case else {})
            return choices_for(tx, form, facts, casework)["moededeltagere"]

        return [each["value"] for each in here.transactions.run(SYSTEM, work)]

    return values


def test_who_leads_a_conference_is_present_without_an_invitation(offered):
    assert offered(("ppr.leder", "inviteret")) == ["ppr.leder", "ole", "jette"]


def test_who_was_invited_and_leads_stands_there_once(offered):
    assert offered(("ole", "inviteret"), ("ppr.leder", "aflyst")) == ["ole", "jette"]


def test_nobody_without_an_invitation_is_present_where_a_case_is_discussed(offered):
    assert offered(("ppr.leder", "inviteret"), case="SAG-2570") == ["ppr.leder"]


@pytest.mark.parametrize("form, name", [("F-M1", "enheder"), ("F-U1", "parter")])
def test_no_group_behind_the_work_is_offered_to_take_part(office, form, name):
    here = office("2026-03-27T09:00+01:00")
    read = read_form((PROCESSES / f"forms/{form}.form").read_bytes(), form)

    choices = here.transactions.run(SYSTEM, lambda tx: choices_for(tx, read, {}, here._open(tx))[name])

    offered = {each["value"] for each in choices}
    assert not {"administrator", "indtag", "procesejer", "revisor"} & offered
    assert {"skole", "familieteam_nord", "ppr", "leverandoer"} <= offered

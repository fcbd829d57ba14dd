"""Consent from the request to its outcome: who must answer, what opens, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.errors import InvalidValues, Refused
from tests.processes.consent_town import CASE, FAMILY, Consents

ASKED = "2026-06-01T09:00"


@pytest.fixture
def consents(town: Callable[..., Any]) -> Callable[..., Consents]:
    def build(family: dict[str, Any] | None = None, **settings: Any) -> Consents:
        return Consents(town(ASKED, **settings), family or FAMILY)

    return build


def _ends(story: Consents) -> list[str]:
    """Ends of the requests themselves, without those of their sub-processes."""
    inner = {"besvaret", "indhentet", "paamindet", "trukket_slut"}
    return [end for end in story.town.ends("samtykke") if end not in inner]


def test_both_parents_are_asked_when_custody_is_joint_and_they_live_apart(consents):
    """Proves R-085."""
    story = consents()

    story.ask()

    assert story.needed() == ["far", "mor"]
    assert not story.cover("ppr").is_complete


def test_two_parents_are_two_user_tasks_that_a_list_tells_apart(consents):
    story = consents()

    story.ask()

    names = sorted(row.name for row in story.town.tasks("indhent", CASE))
    assert names == ["Indhent samtykke fra far", "Indhent samtykke fra mor"]


def test_one_parents_yes_is_not_enough_when_both_must_consent(consents):
    story = consents()
    story.ask()

    story.answer("mor")

    found = story.cover("ppr")
    assert [(each.gap, each.giver) for each in found.missing] == [("mangler", "far")]


def test_consent_of_both_opens_for_this_purpose_these_recipients_and_these_data_only(consents):
    """Proves R-082."""
    story = consents()
    story.ask()

    story.answer("mor")
    story.answer("far")

    assert _ends(story) == ["givet"]
    assert story.cover("ppr", kinds=("uddannelse",)).is_complete
    assert [each.gap for each in story.cover("ppr", purpose="visitation").missing] == ["andet_formaal"]
    assert [each.gap for each in story.cover("ppr", kinds=("helbred_misbrug",)).missing] == [
        "andre_oplysninger"
    ]
    assert [each.gap for each in story.cover("leverandoer").missing] == ["intet_samtykke"]


def test_either_parent_suffices_when_they_live_together(consents):
    """Proves R-084."""
    story = consents({**FAMILY, "bor_sammen": True, "bopaelsforaelder": None})
    story.ask()

    story.answer("far", needed="en_foraelder")

    assert _ends(story) == ["givet"]
    assert story.cover("ppr").is_complete


def test_the_wrong_parent_is_refused_and_the_sentence_says_so(consents):
    story = consents({**FAMILY, "foraeldremyndighed": "mor", "bor_sammen": None, "bopaelsforaelder": None})
    story.ask()

    with pytest.raises(Refused, match="Det er ikke denne persons samtykke") as refusal:
        story.answer("far", needed="mor")

    assert refusal.value.rules == ("D-03",)
    assert story.needed() == ["mor"]


def test_an_oral_consent_that_was_not_repeated_does_not_count_and_a_repeated_one_leaves_a_note(consents):
    """Proves R-083."""
    story = consents({**FAMILY, "foraeldremyndighed": "mor", "bor_sammen": None, "bopaelsforaelder": None})
    story.ask()

    with pytest.raises(Refused) as refusal:
        story.answer("mor", form="mundtligt", dokument=None, gentaget=False)
    story.answer("mor", form="mundtligt", dokument=None, gentaget=True)

    assert refusal.value.rules == ("R-092",)
    assert _ends(story) == ["givet"]
    [note] = story.flow.cases.records("Notat", case=CASE)
    assert (note["type"], note["indhold"]) == (
        "samtykke_mundtligt",
        "Mundtligt svar: samtykker. Afgiver: mor (har forældremyndighed). Formål: Drøfte, hvordan "
        "skoledagen kan lykkes. Oplysninger: barnets skolegang og uddannelse, sociale problemer i familien. "
        "Modtagere: PPR. Gentaget for afgiver: ja.",
    )


def test_a_written_consent_needs_its_document(consents):
    story = consents()
    story.ask()

    with pytest.raises(InvalidValues) as wrong:
        story.answer("mor", dokument=None)

    assert list(wrong.value.errors) == ["dokument"]


def test_a_power_of_attorney_counts_only_while_it_is_valid(consents):
    empowered = [{"fra": "far", "til": "Farmor", "gyldig_til": "2026-05-31"}]
    story = consents({**FAMILY, "fuldmagter": empowered})
    story.ask()

    with pytest.raises(Refused) as refusal:
        story.answer("far", egenskab="fuldmagt")

    assert refusal.value.rules == ("R-089",)


def test_a_valid_power_of_attorney_counts_as_the_one_who_gave_it(consents):
    """Proves R-089."""
    empowered = [{"fra": "far", "til": "Farmor", "gyldig_til": "2026-12-31"}]
    story = consents({**FAMILY, "fuldmagter": empowered})
    story.ask()

    story.answer("mor")
    story.answer("far", egenskab="fuldmagt")

    assert _ends(story) == ["givet"]


def test_a_no_ends_the_request_and_opens_nothing(consents):
    story = consents()
    story.ask()

    story.answer("mor")
    story.answer("far", "nej")

    assert _ends(story) == ["afslaaet"]
    assert [each.gap for each in story.cover("ppr").missing] == ["afslaaet"]


def test_both_parents_influence_needs_both_whatever_custody(consents):
    """Proves R-087."""
    story = consents({**FAMILY, "foraeldremyndighed": "mor", "bor_sammen": None, "bopaelsforaelder": None})

    story.ask(begge_foraeldres_indflydelse=True)

    assert story.needed() == ["far", "mor"]


def test_confidential_data_about_a_parent_need_that_parent_even_without_custody(consents):
    """Proves R-088."""
    story = consents({**FAMILY, "foraeldremyndighed": "mor", "bor_sammen": None, "bopaelsforaelder": None})
    story.ask(oplysninger_om_far=["sociale_problemer"])

    story.answer("mor")
    story.answer("far", "nej")

    assert _ends(story) == ["delvist"]
    assert story.cover("ppr", kinds=("uddannelse",)).is_complete
    missing = story.cover("ppr", kinds=("sociale_problemer",)).missing
    assert [(each.gap, each.giver) for each in missing] == [("afslaaet", "far")]


def test_colleagues_of_the_same_unit_need_no_consent(consents):
    """Proves R-081."""
    story = consents()

    story.ask(udveksling="intern", modtagere=["familieteam_nord"])

    assert _ends(story) == ["ikke_noedvendigt"]
    assert story.needed() == []


def test_calling_somebody_outside_internal_does_not_make_it_so(consents):
    """Proves R-081."""
    story = consents()

    story.ask(udveksling="intern", modtagere=["familieteam_nord", "ppr"])

    assert story.needed() == ["far", "mor"]


def test_a_notification_without_consent_asks_the_five_questions_and_leaves_a_note(consents):
    """Proves R-094 and R-095."""
    story = consents()
    story.ask(udveksling="underretning", formaal_kode="andet", modtagere=["skole"])

    answers = dict.fromkeys(("bidrager", "forstaaet", "dialog_udtoemt", "hvilke_oplysninger", "hvem"), "Ja.")
    story.town.complete("fem_spoergsmaal", "CW-07", CASE, **answers)

    assert _ends(story) == ["ikke_noedvendigt"]
    assert [note["type"] for note in story.flow.cases.records("Notat", case=CASE)] == ["uden_samtykke"]
    [log] = story.flow.cases.records("Videregivelse", case=CASE)
    assert (log["grundlag"], log["status"]) == ("underretning", "videregivet")


def test_an_urgent_exchange_needs_the_leaders_yes(consents):
    story = consents()
    story.ask(udveksling="hastende", modtagere=["ppr"])
    answers = dict.fromkeys(("bidrager", "forstaaet", "dialog_udtoemt", "hvilke_oplysninger", "hvem"), "Ja.")
    story.town.complete("fem_spoergsmaal", "CW-07", CASE, **answers)

    story.town.complete("leder_begrund", "TL-SYD", CASE, ledersvar="nej", lederbegrundelse="Kan vente.")

    assert _ends(story) == ["afslaaet"]
    assert not story.cover("ppr").is_complete


def test_what_is_covered_already_is_not_asked_for_again(consents):
    story = consents()
    story.ask()
    story.answer("mor")
    story.answer("far")

    story.ask()

    assert _ends(story) == ["givet", "givet"]
    assert story.needed() == []


def test_data_about_a_parent_outside_the_scope_are_refused(consents):
    story = consents()

    with pytest.raises(Refused) as refusal:
        story.ask(oplysninger_om_far=["helbred_misbrug"])

    assert refusal.value.rules == ("R-083",)

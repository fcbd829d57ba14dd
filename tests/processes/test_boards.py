"""The shared board: what changed between two versions, what the parents get, and who learns the method."""

from __future__ import annotations

from flowcase.access.actor import SYSTEM
from flowcase.handlers.tavle_gem import compare, printed


def board(*worries: tuple[str, str]) -> dict[str, object]:
    return {"bekymringer": [{"hvem": who, "hvad": what} for who, what in worries], "fungerer": None}


def test_what_came_and_what_went_is_told_with_its_speaker() -> None:
    before, now = board(("Mor", "Søvnen"), ("Far", "Skolen")), board(("Far", "Skolen"), ("Barnet", "Mørket"))

    told = compare(before, now)

    assert told.splitlines() == ["Bekymringer, nyt: Barnet: Mørket", "Bekymringer, ikke længere: Mor: Søvnen"]


def test_the_same_words_of_another_speaker_are_a_change() -> None:
    told = compare(board(("Mor", "Søvnen")), board(("Far", "Søvnen")))

    assert len(told.splitlines()) == 2


def test_a_board_that_did_not_change_says_so() -> None:
    assert compare(board(("Mor", "Søvnen")), board(("Mor", "Søvnen"))) == "Intet er ændret."


def test_the_parents_get_all_columns_and_the_disagreement_side_by_side() -> None:
    dissent = [{"hvem": "Mor", "hvad": "For sent"}, {"hvem": "Far", "hvad": "Fint"}]

    text = printed(board(("", "Søvnen")), dissent)

    assert text.split("\n\n") == [
        "Bekymringer\nUden navn: Søvnen",
        "Det der fungerer",
        "Det vi vil se ske",
        "Her ser vi forskelligt på det\nMor: For sent\nFar: Fint",
    ]


def test_who_has_left_keeps_nobody_waiting_for_training_and_is_not_asked(town) -> None:
    """Proves R-144: the courses end when everybody who still works here is trained."""
    story = town("2026-02-02T09:00")
    flow = story.flow
    flow.people.add("LED-1", name="LED-1", groups=["forvaltningsledelse"], actor=SYSTEM)
    flow.instances.start("sos_udbredelse", {}, actor=story.person("LED-1"))
    unit = {"enhed": "familieteam_syd", "medarbejdere": ["CW-03"], "noeglepersoner": ["CW-07"]}
    story.complete("planlaeg", "LED-1", enhedsliste=[unit], hold=1, kursusdage=7, ekstradage=4)

    flow.people.deactivate("CW-03", actor=SYSTEM)
    story.complete("uddan", "LED-1", dato="2026-02-02", deltagere=["CW-07"])
    story.go_to("2027-02-02T08:00")

    assert story.tasks("uddan") == []
    assert [list(row.candidate_users) for row in story.tasks("svar_paa_maaling")] == [["CW-07"]]

"""The words of the shared board: what changed between two versions, and what the parents are given."""

from __future__ import annotations

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

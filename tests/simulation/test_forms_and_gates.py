"""What people answer in a simulation meets the form and the gates that it meets in real life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowcase.services.simulation.measuring import Measured
from tests.simulation.conftest import FOLLOW_UPS, stock


def _answering(answers: dict[str, Any]) -> dict[str, Any]:
    """A few months of one case whose follow-ups are answered so."""
    done = {**FOLLOW_UPS["tasks"]["opfoelgning.opfoelg"], "answers": answers}
    return {
        **FOLLOW_UPS,
        "weeks": 20,
        "tasks": {**FOLLOW_UPS["tasks"], "opfoelgning.opfoelg": done},
        "stock": stock("2025-12-01", "2025-12-01T09:00:00+01:00", trin=2, regelsaet=[]),
    }


def test_an_answer_that_the_form_does_not_offer_is_given_up_with_form_and_field(
    run_once: Callable[..., Measured],
) -> None:
    question = _answering({"beslutning": "noget_andet", "naeste": None})

    measured = run_once(**question)

    (told,) = measured.given_up
    assert told.startswith("opfoelgning.opfoelg: ") and "beslutning" in told


def test_what_a_gate_refuses_is_tried_again_and_then_told_with_its_rule(
    run_once: Callable[..., Measured],
) -> None:
    question = _answering({"beslutning": "fortsaet", "naeste": '=date("2020-01-01")'})

    measured = run_once(**question)

    (told,) = measured.given_up
    assert "opfoelgning.opfoelg: refused by " in told

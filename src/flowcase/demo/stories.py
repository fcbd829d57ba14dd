"""Which cases the municipality has, and how far each has come.

A story says when it begins, what is answered otherwise than usual, and before which element the people
stop: everything else is done as the forms ask, some days after it came up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Answers = Mapping[str, Mapping[str, Any]]  # element -> form values that are given instead of the usual ones


@dataclass(frozen=True)
class Story:
    days_ago: float  # when the notification came
    area: str = "syd"
    stop_before: str = ""  # element at which the people stop; "": they go on until today
    answers: Answers = field(default_factory=dict)
    notification: Mapping[str, Any] = field(default_factory=dict)
    children: int = 1
    rounds: int = 1000  # follow-ups after which the measure ends
    next_weeks: int = 26  # what is decided at each follow-up
    name: str = ""  # by which undertakings find its case
    age: int | None = None  # of the child; None: any


_EXAMINED: Answers = {"analyse": {"konklusion": "foranstaltning"}}


def _measure(kind: str, sets: list[str] | None = None, **more: Any) -> Answers:
    planned = {"type": kind, **more}
    if sets:
        planned |= {
            "regelsaet": sets,
            "regelsaet_begrundelse": "Tættere opfølgning kan bringe indsatsen ned.",
        }
    return {**_EXAMINED, "paataenk": {"paataenkt": kind}, "afgoer_foranstaltning": planned}


STORIES: tuple[Story, ...] = (
    # New: at the reception
    Story(0.4, stop_before="vurder"),
    Story(0.8, stop_before="vurder", notification={"mistanke_overgreb": True}),
    Story(0.2, stop_before="registrer", notification={"_public": True}),
    Story(1.6, stop_before="akut_handling", answers={"vurder": {"akut": "ja"}}),
    Story(2.2, "nord", stop_before="fremmoede"),
    Story(4.3, "midt", stop_before="fremmoede", children=2),
    # In a Familieteam, before the examination
    Story(6, "nord", stop_before="tildel"),
    Story(8, "midt", stop_before="beslut_undersoegelse"),
    Story(300, "syd", answers={"beslut_undersoegelse": {"undersoegelse": "raadgivning_kort"}}),
    # Under examination: early, on the way, late
    Story(20, "syd", stop_before="planlaeg"),
    Story(60, "nord", stop_before="analyse", name="under undersøgelse"),
    Story(135, "midt", stop_before="analyse", name="sent i undersøgelsen"),
    Story(55, "syd", stop_before="analyse", name="flytter"),
    Story(200, "nord", answers={"analyse": {"konklusion": "ingen"}}),
    Story(420, "syd", answers={"analyse": {"konklusion": "forebyggende"}}),
    # Plan and decision
    Story(90, "midt", answers=_EXAMINED, stop_before="godkend"),
    Story(110, "syd", answers=_EXAMINED, stop_before="paataenk"),
    Story(125, "nord", answers=_measure("familiebehandling"), stop_before="bekraeft_start"),
    # Running measures with follow-ups, under different rule sets
    Story(240, "syd", answers=_measure("kontaktperson"), name="kontaktperson"),
    Story(
        400,
        "midt",
        answers=_measure("familiebehandling", ["HERNING"]),
        next_weeks=13,
        name="familiebehandling",
    ),
    Story(260, "midt", answers=_measure("kontaktperson"), name="ung", age=16),
    Story(560, "nord", answers=_measure("netvaerkspleje", ["HERNING"]), next_weeks=6),
    Story(690, "syd", answers=_measure("plejefamilie"), name="plejefamilie"),
    Story(330, "midt", answers=_measure("institution")),
    # Finished
    Story(720, "nord", answers=_measure("familiebehandling"), rounds=3),
    Story(500, "syd", answers=_measure("hjemmestoette"), rounds=2, children=2),
)

"""The topics of notices: what a person chooses a way for, and which kinds of notices belong to each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Way(StrEnum):
    """How a person wants to be told by mail; in flowcase itself every notice shows at once."""

    AT_ONCE = "straks"
    TOGETHER = "samlet"  # one mail a working day
    NEVER = "aldrig"


OTHER = "andet"
OWN_ACCOUNT = "konto"  # about one's own sign-in: in no topic, by mail at once, whatever was chosen

# topic -> the kinds of `NoticeSent` in it; a kind that is in none is OTHER
TOPICS: Mapping[str, frozenset[str]] = {
    "opgaver": frozenset({"opgave", "opgave_til_dig", "gennemsyn", "udvalg"}),
    "frister": frozenset({"frist_paamindelse", "frist_overskredet", "paamindelse", "eskalering"}),
    "omtaler": frozenset({"kommentar"}),
    "moeder": frozenset({"moede"}),
    "tildeling": frozenset({"tildeling", "sagstal"}),
    "underretninger": frozenset({"underretning", "vurderet"}),
    "akut": frozenset({"akut", "alarm", "advarsel", "leder_samme_dag"}),
    "noedadgang": frozenset({"noedadgang"}),
    "samtykke": frozenset({"samtykke"}),
    OTHER: frozenset({"orientering", "dokument"}),
}
_TOPIC_OF = {kind: topic for topic, kinds in TOPICS.items() for kind in kinds}


def topic_of(kind: str) -> str:
    return _TOPIC_OF.get(kind, OTHER)

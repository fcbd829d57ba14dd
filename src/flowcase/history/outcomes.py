"""What was decided, answered and held, where a record says it by a code that every reader may see.

A story tells it in one line beside the fields that were filled in, once for each new value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.cases.civil_time import local_date
from flowcase.history.sentences import Sentence, Telling
from flowcase.modeling.names import code_name
from flowcase.values import Value


@dataclass(frozen=True)
class Outcome:
    """`{value}` is the attribute's; `{about}` what the record is about.

    `{day}` is the day of an attribute that is an instant, where that is another than the day of the act.
    """

    entity: str
    attribute: str  # open (K0), as `about` is
    danish: str
    english: str
    codes: frozenset[str] = frozenset()  # which values are told; every one that is there when empty
    about: str = ""  # another attribute of the record, written with it or before


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_PURPOSE, _MEETING = "formaal_kode", "slags"

OUTCOMES = (
    Outcome("Risikovurdering", "resultat", "24-timers vurdering: {value}.", "24-hour assessment: {value}."),
    Outcome("Dagsordenspunkt", "udfald", "Besluttet på mødet: {value}.", "Decided at the meeting: {value}."),
    Outcome(
        "Undersoegelsesbeslutning",
        "undersoegelse",
        "Besluttet om børnefaglig undersøgelse: {value}.",
        "Decided about a child-protection examination: {value}.",
    ),
    Outcome(
        "Forebyggelse",
        "udfald",
        "Besluttet om den forebyggende indsats: {value}.",
        "Decided about the preventive work: {value}.",
    ),
    Outcome(
        "Foranstaltning",
        "status",
        "Foranstaltning: {value}.",
        "Measure: {value}.",
        codes=_codes("besluttet", "i_gang", "ophoert"),
    ),
    Outcome(
        "Opfoelgning",
        "beslutning",
        "Besluttet ved opfølgningen: {value}.",
        "Decided at the follow-up: {value}.",
    ),
    Outcome("Visitation", "afgoerelse", "Visitationens svar: {value}.", "Answer to the referral: {value}."),
    Outcome(
        "Handling",
        "udfald",
        "Besluttet om den tværfaglige handling: {value}.",
        "Decided about the cross-professional action: {value}.",
    ),
    Outcome(
        "SSDForloeb",
        "resultat",
        "Besluttet på SSD-mødet: {value}.",
        "Decided at the SSD meeting: {value}.",
    ),
    Outcome(
        "Moede",
        "holdt",
        "Mødet blev holdt{day}: {about}.",
        "The meeting was held{day}: {about}.",
        about=_MEETING,
    ),
    Outcome(
        "Moede",
        "afholdt",
        "Mødet blev holdt{day}: {about}.",
        "The meeting was held{day}: {about}.",
        about=_MEETING,
    ),
    Outcome(
        "Moede",
        "forloeb",
        "Mødet blev ikke holdt: {about} ({value}).",
        "The meeting was not held: {about} ({value}).",
        codes=_codes("aflyst", "flyttet"),
        about=_MEETING,
    ),
    Outcome(
        "Samtykkeanmodning",
        "ledersvar",
        "Lederens svar på, om oplysninger må deles uden samtykke: {value} ({about}).",
        "The leader's answer whether information may be shared without consent: {value} ({about}).",
        about=_PURPOSE,
    ),
    Outcome(
        "Samtykkeanmodning",
        "status",
        "Samtykket er ikke nødvendigt: {about}.",
        "The consent is not needed: {about}.",
        codes=_codes("ikke_noedvendigt"),
        about=_PURPOSE,
    ),
    Outcome(
        "Samtykkeanmodning",
        "status",
        "Samtykket ophørte: {about} ({value}).",
        "The consent ended: {about} ({value}).",
        codes=_codes("udloebet", "bortfaldet"),
        about=_PURPOSE,
    ),
    Outcome(
        "Samtykke",
        "status",
        "Samtykket blev givet: {about}.",
        "The consent was given: {about}.",
        codes=_codes("ja"),
        about=_PURPOSE,
    ),
    Outcome(
        "Samtykke",
        "status",
        "Samtykket blev ikke givet: {about} ({value}).",
        "The consent was not given: {about} ({value}).",
        codes=_codes("nej", "intet_svar"),
        about=_PURPOSE,
    ),
    Outcome(
        "Samtykke",
        "status",
        "Samtykket blev trukket tilbage: {about}.",
        "The consent was withdrawn: {about}.",
        codes=_codes("tilbagekaldt"),
        about=_PURPOSE,
    ),
)


class Outcomes:
    """Of one story, told from its beginning: it remembers what each record said before."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Value]] = {}
        self._last: dict[str, Sentence] = {}  # of a record, without day: written again, it is not told again

    def told(self, event: Any, at: dt.datetime, language: str) -> Iterator[Sentence]:
        """Of an event of that instant that wrote a record, with its fields filled in; nothing of another."""
        entity, written = getattr(event, "entity", ""), getattr(event, "open", None)
        if not entity or not isinstance(written, Mapping):
            return
        known = self._known.setdefault(event.record, {})
        known.update(written)
        for outcome in OUTCOMES:
            value = written.get(outcome.attribute)
            if outcome.entity != entity or value in (None, ""):
                continue
            if outcome.codes and value not in outcome.codes:
                continue
            about = str(known.get(outcome.about) or "–")
            fields = {"value": _said(value, language), "about": code_name(about, language), "day": ""}
            sentence = _filled(outcome, fields)
            if sentence != self._last.get(event.record):
                self._last[event.record] = sentence
                yield _filled(outcome, fields | {"day": _another_day(value, at, language)})


def _filled(outcome: Outcome, fields: Mapping[str, str]) -> Sentence:
    return Sentence(outcome.danish.format_map(fields), outcome.english.format_map(fields), Telling.IN_SHORT)


def _another_day(value: Value, at: dt.datetime, language: str) -> str:
    day = local_date(value) if isinstance(value, dt.datetime) else None
    if day is None or day == local_date(at):
        return ""
    return f" {'on' if language == 'en' else 'den'} {day.day}.{day.month}.{day.year}"


def _said(value: Value, language: str) -> str:
    if isinstance(value, bool):
        return {"da": ("nej", "ja"), "en": ("no", "yes")}[language][value]
    return code_name(str(value), language)

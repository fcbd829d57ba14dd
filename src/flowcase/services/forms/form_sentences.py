"""What is said about a value of a form that cannot be taken: Danish sentences that the catalogue knows.

Each is made from a template; the reader's language is chosen where a person reads it. None repeats what
was typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flowcase.access.groups import group_name
from flowcase.cases.danish_dates import NoDate, NoSuchMonth, NotInMonth, OtherWeekday, WrongYear

REQUIRED = "Feltet skal udfyldes."
NO_ROW = "Udfyld mindst én række."
NOTHING_INSIDE = "Udfyld mindst ét af felterne herunder."
NOT_A_CHOICE = "Vælg en af mulighederne."
NOT_A_NUMBER = "Skriv et tal."
NOT_A_DATE = "Skriv en dato, for eksempel 3.4.2026."
OTHER_WEEKDAY = "Datoen falder på en anden ugedag end den, du skrev. Ret en af dem."
NOT_IN_MONTH = "Den måned har kun {days} dage. Ret dagen eller måneden."
NO_SUCH_MONTH = "Måneden er et tal fra 1 til 12. Skriv dagen først, for eksempel 3.4.2026."
WRONG_YEAR = "Ret årstallet. Skriv det med fire cifre, for eksempel 3.4.2026."
NOT_A_TIME = "Skriv et klokkeslæt, for eksempel 14:05."
NOT_AN_INSTANT = "Skriv dato og klokkeslæt, for eksempel 3.4.2026 kl. 14.05."
NO_SUCH_TIME = "Det tidspunkt findes ikke: urene blev stillet frem."
TIME_EXISTS_TWICE = "Det tidspunkt findes to gange, fordi urene blev stillet tilbage. Vælg hvilket af de to."
NOT_A_YES_OR_NO = "Vælg ja eller nej."
NOT_A_TEXT = "Skriv en tekst."
NOT_A_LIST = "Angiv en liste."
NOT_A_GROUP = "Angiv felterne i gruppen."
UNKNOWN_FIELD = "Formularen har ikke dette felt."
TOO_SHORT = "Skriv mindst {count} tegn."
TOO_LONG = "Skriv højst {count} tegn."
WRONG_PATTERN = "Skriv det i den form, som hjælpeteksten viser."
TOO_SMALL = "Tallet skal være mindst {limit}."
TOO_GREAT = "Tallet må højst være {limit}."
IN_THE_FUTURE = "Tidspunktet ligger i fremtiden."
ABSENCE_ENDS_FIRST = "Sidste fraværsdag ligger før den første. Ret datoerne."
ABSENCE_IS_PAST = "Fraværet er allerede forbi. Ret datoerne."


class Said(str):
    """A sentence that remembers its template, so that it can be said in another language."""

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, **values: Any) -> Said:
        danish = {name: _written(each) for name, each in values.items()}
        said = super().__new__(cls, template.format(**danish))
        said.template, said.values = template, values
        return said


class GroupName(str):
    """What a group is called in Danish; remembers the group, so that it can be said in another language."""

    code: str

    def __new__(cls, code: str) -> GroupName:
        name = super().__new__(cls, group_name(code))
        name.code = code
        return name


class PersonId(str):
    """The id of a person, who is called by name where names may be shown."""


class Term(str):
    """Danish words for a code of a table or a setting; said in another language if the catalogue has them."""


class WithEnglish(str):
    """Danish words of a process file that brings their English; empty where it has none."""

    english: str

    def __new__(cls, danish: str, english: str = "") -> WithEnglish:
        both = super().__new__(cls, danish)
        both.english = english
        return both


def together(sentences: Sequence[str]) -> str:
    """Whole sentences one after the other; English where each of them is."""
    english = [getattr(each, "english", "") for each in sentences]
    return WithEnglish(" ".join(sentences), " ".join(english) if all(english) else "")


def _written(value: Any) -> Any:
    """Days and lists as Danish writes them, for programs that read the sentence as it is."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:%d.%m.%Y}" if isinstance(value, dt.date) else value


def of_date(error: NoDate, otherwise: str) -> Said:
    """What is wrong with a date; `otherwise` where it cannot be said more closely."""
    if isinstance(error, NotInMonth):
        return Said(NOT_IN_MONTH, days=error.days)
    known = {OtherWeekday: OTHER_WEEKDAY, NoSuchMonth: NO_SUCH_MONTH, WrongYear: WRONG_YEAR}
    return Said(known.get(type(error), otherwise))

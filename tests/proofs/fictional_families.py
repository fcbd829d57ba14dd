"""Fictional families: what notifications about them say, and all of it that must not be read in clear."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

LAST = ("Æblegård", "Ørnsholm", "Åkjærsen", "Fiktivsen", "Øllegaard", "Sprogøe")
FIRST = ("Frøydis", "Ærlind", "Åsbjørg", "Thorvilla", "Ømunda", "Kaldrik", "Søllejf")
STREETS = ("Fiktivstræde", "Ådalshøjen", "Ærtevænget")


def family(number: int) -> dict[str, str]:
    """What is secret about family `number`; every value is recognisable."""
    return {
        "navn": f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} nr{number:04}",
        "cpr": f"{number % 28 + 1:02}0417-{4000 + number % 5000:04}",
        "adresse": f"{STREETS[number % len(STREETS)]} {number}, 9999 Fiktivby",
        "institution": f"Børnehuset Regnbue{number}",
        "kontakt": f"Skoleleder Nøhr{number}, tlf. 55{number:06}",
        "bekymring": f"Barn {number} fortæller, at det sover på gulvet ”hver nat” og er bange; se bilag.",
    }


def secrets_of(numbers: Iterable[int]) -> Iterator[str]:
    for number in numbers:
        yield from family(number).values()


def notification(number: int, *, now: dt.datetime, **changes: Any) -> dict[str, Any]:
    """A notification about one child, one of whose values may be changed or (None) left out."""
    told = family(number)
    received = now - dt.timedelta(minutes=10 + number % 600)
    values = {
        "underretning_id": f"U-{number:05}",
        "modtaget": received.isoformat(timespec="minutes"),
        "kanal": ("telefon", "brev", "fagsystem")[number % 3],
        "underretter_type": ("skole", "sundhedspleje", "politi")[number % 3],
        "underretter_anonym": False,
        "underretter_kontakt": told["kontakt"],
        "boern": [
            {key: told[key] for key in ("navn", "cpr", "adresse", "institution")} | {"foedt": "2017-04-01"}
        ],
        "bekymring": told["bekymring"],
        "aftalt_med_familien": "enig",
        "umiddelbar_fare": number % 10 == 0,
        "mistanke_overgreb": False,
        "aeresrelateret": False,
        "soeskende": "ingen",
        **changes,
    }
    return {key: value for key, value in values.items() if value is not None}


# How a line can be broken: name -> (changes, what the reason has to say).
BROKEN: Mapping[str, tuple[dict[str, Any], str]] = {
    "a missing field": ({"bekymring": None}, "bekymring: Feltet skal udfyldes."),
    "a wrong choice": ({"kanal": "røgsignal"}, "kanal: Vælg en af mulighederne."),
    "a local time that does not exist": (
        {"modtaget": "2025-03-30T02:30"},
        "modtaget: Det tidspunkt findes ikke",
    ),
    "a local time that exists twice": (
        {"modtaget": "2025-10-26T02:30"},
        "modtaget: Det tidspunkt findes to gange",
    ),
    "an unknown key": ({"bekymringer": "Hemmelig bekymring"}, "bekymringer: Formularen har ikke dette felt."),
    "a wrong boolean": ({"umiddelbar_fare": "måske"}, "umiddelbar_fare: Vælg ja eller nej."),
    "a CPR number that is none": (
        {"boern": [{"navn": "Hemmelig Unge", "cpr": "12345"}]},
        "boern.0.cpr: Skriv det i den form",
    ),
    "an instant that is none": ({"modtaget": "i går ved middag"}, "modtaget: Skriv dato og klokkeslæt"),
    "a conditional field missing": (
        {"underretter_kontakt": None},
        "underretter_kontakt: Feltet skal udfyldes.",
    ),
    "no number": ({"underretning_id": None}, "underretning_id: it is missing"),
}
TYPED = ("røgsignal", "2025-03-30", "Hemmelig", "måske", "12345", "i går ved middag")


def json_line(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def csv_text(rows: Sequence[Mapping[str, Any]], *, delimiter: str = ";", end: str = "\r\n") -> str:
    """As a spreadsheet saves it: lists as JSON in their cell, yes and no in Danish."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(row.get(key, "")) for key in header])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return json_line(value) if isinstance(value, (list, dict)) else str(value)  # type: ignore[arg-type]

"""Consent, withdrawal and disclosure (forms F-S1 to F-SSD2)."""

from __future__ import annotations

from flowcase.cases.entities.model import DT, K0, K1, RS, B, D, E, F, L, M, R, T, record_of

ENTITIES = (
    record_of(
        "Samtykke",
        K1,
        "Samtykke",
        ("formaal", T, K1, "Formål"),
        ("oplysningstyper", M, K1, "Typer af oplysninger"),
        ("modtagere", RS, K1, "Modtagere"),
        ("afgiver", R, K1, "Afgiver"),
        ("egenskab", E, K1, "Egenskab"),
        ("svar", E, K1, "Svar"),
        ("form", E, K0, "Skriftligt/mundtligt"),
        ("givet", DT, K0, "Givet"),
        ("gyldigt_til", D, K0, "Gyldigt til"),
        ("gentaget", B, K1, "Gentaget for afgiver"),
        ("dokument", F, K1, "Dokument"),
        ("tilbagekaldt", DT, K0, "Tilbagekaldt"),
        ("status", E, K0, "Status"),
    ),
    record_of(
        "Videregivelse",
        K1,
        "Videregivelse",
        ("hvad", L, K1, "Hvad"),
        ("til", T, K1, "Til hvem"),
        ("grundlag", R, K0, "Grundlag"),
        ("tidspunkt", DT, K0, "Tidspunkt"),
        ("af", R, K0, "Af hvem"),
    ),
)

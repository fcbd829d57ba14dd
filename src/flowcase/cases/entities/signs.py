"""How Signs of Safety takes root: training, key persons, newcomers, yearly survey (forms F-R2 to F-R10)."""

from __future__ import annotations

from flowcase.cases.entities.model import K0, K1, ROWS, RS, B, D, E, L, N, R, record_of

ENTITIES = (
    record_of(
        "SoSUdbredelse",
        K0,
        "Udbredelse af Signs of Safety",
        ("enheder", ROWS, K1, "Enheder med medarbejdere og nøglepersoner"),
        ("hold", N, K0, "Kursushold"),
        ("kursusdage", N, K0, "Kursusdage"),
        ("ekstradage", N, K0, "Ekstra dage for nøglepersoner"),
        ("maaling_nr", N, K0, "Måling nr."),
        ("svar", N, K0, "Antal svar"),
        ("bruger_andel", N, K0, "Bruger metoden (%)"),
        ("nytte_andel", N, K0, "Har løftet arbejdet (%)"),
        ("uddannet_andel", N, K0, "Uddannet (%)"),
        ("stilling", E, K0, "Stilling"),
        ("tiltag", L, K1, "Tiltag"),
        ("status", E, K0, "Status"),
    ),
    record_of(
        "SoSDeltager",
        K0,
        "Medarbejder, der bruger Signs of Safety",
        ("person", R, K0, "Medarbejder"),
        ("enhed", E, K0, "Enhed"),
        ("noegleperson", B, K0, "Nøgleperson"),
        ("ny", B, K0, "Nyansat"),
        ("uddannet", D, K0, "Uddannet"),
        ("introduceret", D, K0, "Introduceret"),
    ),
    record_of(
        "SoSKursus",
        K0,
        "Kursus eller værksted",
        ("dato", D, K0, "Dato"),
        ("deltagere", RS, K0, "Deltagere"),
        ("temaer", L, K1, "Temaer"),
    ),
    record_of(
        "SoSSvar",
        K0,
        "Svar i den årlige måling",
        ("udbredelse_id", R, K0, "Udbredelse"),
        ("maaling_nr", N, K0, "Måling nr."),
        ("enhed", E, K0, "Enhed"),
        ("hyppighed", E, K0, "Hvor ofte bruges metoden?"),
        ("loeftet", E, K0, "Har den løftet arbejdet?"),
    ),
)

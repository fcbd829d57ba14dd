"""Documents and comments of a case."""

from __future__ import annotations

from flowcase.cases.entities.model import DT, K0, K1, K2, RS, E, L, N, R, T, record_of

ENTITIES = (
    # The file's name often tells of the child; what it says lies apart, sealed under the same key.
    record_of(
        "Dokument",
        K1,
        "Dokument",
        ("navn", T, K1, "Navn"),
        ("medietype", E, K0, "Type"),
        ("stoerrelse", N, K0, "Størrelse (byte)"),
        ("indhold", E, K0, "Indholdets fingeraftryk"),
        ("klasse", E, K0, "Fortrolighed"),
        ("version", N, K0, "Version"),
        ("forrige_id", R, K0, "Forrige version"),
        ("opgave", R, K0, "Lagt op under opgaven"),
        ("felt", E, K0, "Felt"),
        ("lagt_op_af", R, K0, "Lagt op af"),
        ("lagt_op", DT, K0, "Lagt op"),
        ("status", E, K0, "Status"),
    ),
    record_of(
        "Kommentar",
        K2,
        "Kommentar",
        ("tekst", L, K2, "Kommentar"),
        ("naevnt", RS, K0, "Nævnt"),
        ("opgave", R, K0, "Skrevet under opgaven"),
        ("skrevet_af", R, K0, "Skrevet af"),
        ("skrevet", DT, K0, "Skrevet"),
    ),
)

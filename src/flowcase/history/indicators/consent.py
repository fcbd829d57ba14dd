"""Consent: I-17."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flowcase.history.indicators.figure import Figure, count
from flowcase.history.indicators.material import Material, Question
from flowcase.history.indicators.registry import indicator


@indicator(
    "I-17",
    "Samtykke",
    "Consent",
    numerator=(
        "afslåede, tilbagekaldte og udløbne samtykker, undtagelser og SSD-møder i perioden",
        "consents refused, withdrawn and expired, exceptions and SSD meetings in the period",
    ),
    rules=("R-080", "R-086", "R-091", "R-095", "R-096"),
    source="004 annex 1",
)
def consent(material: Material, question: Question) -> Iterator[Figure]:
    asked = [each for each in material.of("Samtykkeanmodning") if question.has(each["afgjort"])]
    answers = Counter(each["status"] for each in asked)
    yield count(len(asked), ("anmodninger afgjort", "requests decided"))
    yield count(
        answers["givet"] + answers["delvist"], ("givet, helt eller delvist", "given, wholly or in part")
    )
    yield count(answers["afslaaet"], ("afslået", "refused"))
    yield count(answers["intet_svar"], ("intet svar", "no answer"))
    given = material.of("Samtykke")
    withdrawn = sum(question.has(each["tilbagekaldt"]) for each in given)
    yield count(withdrawn, ("tilbagekaldt", "withdrawn"))
    expired = sum(each["status"] == "udloebet" and question.has(each["gyldigt_til"]) for each in given)
    yield count(expired, ("udløbet", "expired"))
    exceptions = sum(bool(each["undtagelse"]) for each in asked)
    yield count(exceptions, ("uden samtykke efter en undtagelse", "without consent by an exception"))
    meetings = [each for each in material.of("SSDForloeb") if question.has(each["afholdt"])]
    yield count(len(meetings), ("SSD-forløb med møde", "SSD courses with a meeting"))

"""Words for what a case page tells of family, consents, measures, contracts and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flowcase.modeling.names import code_name
from flowcase.web.language import current, gettext
from flowcase.web.words.presenting import person_or_group

if TYPE_CHECKING:
    from flowcase.services.case_files.case_pictures import Item, Picture


def custody(code: str | None) -> str:
    """Who has custody, and with that who may consent."""
    return {
        "faelles": gettext("Fælles: begge forældre skal samtykke"),
        "mor": gettext("Mor alene: mor samtykker"),
        "far": gettext("Far alene: far samtykker"),
        "andre": gettext("Andre har forældremyndigheden: de samtykker"),
        "vaerge": gettext("Værge: værgen samtykker"),
        "ukendt": gettext("Ikke oplyst: spørg, før der indhentes samtykke"),
    }.get(code or "", code or gettext("Ikke oplyst: spørg, før der indhentes samtykke"))


def consent_status(code: str | None) -> str:
    return {
        "aaben": gettext("Afventer svar"),
        "delvist": gettext("Delvist givet"),
        "givet": gettext("Givet"),
        "intet_svar": gettext("Intet svar"),
        "afslaaet": gettext("Afslået"),
        "bortfaldet": gettext("Bortfaldet"),
        "ikke_noedvendigt": gettext("Ikke nødvendigt"),
        "tilbagekaldt": gettext("Tilbagekaldt"),
        "udloebet": gettext("Udløbet"),
    }.get(code or "", code or "")


def answer_status(code: str | None) -> str:
    """Of one giver's answer, in the words of a request's."""
    return consent_status({"ja": "givet", "nej": "afslaaet"}.get(code or "", code))


def consented_measure(picture: Picture, consent: Item) -> str:
    """What kind of measure a consent is to, as far as the reader may see it."""
    found = (each for each in picture.measures if each.id == consent["foranstaltning_id"])
    return next((_plain(str(each["type"] or each["paataenkt"] or "")) for each in found), "")


def kinds(codes: Iterable[str] | None) -> str:
    """Types of data that a consent covers, or recipients, in plain words."""
    return ", ".join(_plain(str(code)) for code in codes or ())


def recipients(ids: Iterable[str] | None) -> str:
    return ", ".join(person_or_group(str(id)) for id in ids or ())


def giver(code: str | None) -> str:
    """Who gave a consent."""
    return {
        "mor": gettext("mor"),
        "far": gettext("far"),
        "ung": gettext("den unge"),
        "vaerge": gettext("værgen"),
        "en_foraelder": gettext("en af forældrene"),
        "indehaver": gettext("forældremyndighedens indehaver"),
        "indehavere": gettext("forældremyndighedens indehavere"),
    }.get(code or "", _plain(code or "").lower())


def measure_status(code: str | None) -> str:
    return {
        "besluttet": gettext("Besluttet"),
        "i_gang": gettext("I gang"),
        "ophoert": gettext("Ophørt"),
        "paataenkt": gettext("Påtænkt"),
    }.get(code or "", _plain(code or ""))


def contract_status(code: str | None) -> str:
    return {
        "forhandles": gettext("Forhandles"),
        "underskrevet": gettext("Underskrevet"),
        "afloest": gettext("Afløst"),
        "bortfaldet": gettext("Bortfaldet"),
        "ikke_indgaaet": gettext("Ikke indgået"),
        "kladde": gettext("Kladde"),
        "ophaevet": gettext("Ophævet"),
        "ophoert": gettext("Ophørt"),
        "udloebet": gettext("Udløbet"),
    }.get(code or "", _plain(code or ""))


def board_source(entity: str) -> str:
    """Where a board comes from."""
    return {
        "SoSTavle": gettext("Fælles tavle"),
        "Risikovurdering": gettext("Vurdering af underretning"),
        "Undersoegelse": gettext("Børnefaglig undersøgelse"),
        "Opfoelgning": gettext("Opfølgning"),
        "Forebyggelse": gettext("Forebyggende indsats"),
    }.get(entity, entity)


def board_columns(board: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, [(who, what)]) of the three columns, in their order."""
    headings = (
        ("bekymringer", gettext("Bekymringer")),
        ("fungerer", gettext("Det der fungerer")),
        ("vil_se_ske", gettext("Det vi vil se ske")),
    )
    return [
        (heading, [_said(row) for row in board.get(key) or () if isinstance(row, Mapping)])
        for key, heading in headings
    ]


def member(row: Mapping[str, Any]) -> str:
    """A member of the family on one line."""
    role = _plain(str(row.get("rolle") or row.get("relation") or ""))
    return " – ".join(part for part in (str(row.get("navn") or ""), role) if part)


def plain(code: Any) -> str:
    return _plain(str(code or ""))


def _said(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("hvem") or ""), str(row.get("hvad") or "")


def _plain(code: str) -> str:
    """A code in the words of the catalogue, written out by its letters where that has none."""
    words = code_name(code, current())
    return words[:1].upper() + words[1:]

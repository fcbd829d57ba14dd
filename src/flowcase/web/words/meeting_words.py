"""Words for meetings: their kinds and states, who takes part as what, how an item is discussed."""

from __future__ import annotations

from typing import Any

from flowcase.access.groups import NAMES
from flowcase.services.meetings.meeting_pages import Guest
from flowcase.services.tasks.which_meeting import WhichMeeting
from flowcase.web.language import gettext
from flowcase.web.words.between_people import consent_purpose
from flowcase.web.words.case_words import giver, plain
from flowcase.web.words.presenting import date, group, instant, is_account, person


def kind(code: str) -> str:
    """What kind of meeting it is."""
    return {
        "dagsmoede": gettext("Frontens dagsmøde"),
        "moede": gettext("Møde"),
        "andet": gettext("Møde"),
        "familiemoede": gettext("Familiemøde"),
        "koordineringskonference": gettext("Koordineringskonference"),
        "kreativt_raad": gettext("Det Kreative Råd"),
        "netvaerksmoede": gettext("Netværksmøde"),
        "tvaerprofessionelt_forum": gettext("Tværprofessionelt forum"),
        "forum": gettext("Tværprofessionelt forum"),
        "visitation": gettext("Visitationsmøde"),
        "opfoelgning": gettext("Opfølgningsmøde"),
        "ssd": gettext("SSD-møde"),
    }.get(code, plain(code))


def state(code: str) -> str:
    """How far a meeting is."""
    return {
        "aaben": gettext("I gang"),
        "planlagt": gettext("Planlagt"),
        "afholdt": gettext("Holdt"),
        "afsluttet": gettext("Afsluttet"),
        "overfoert": gettext("Ikke holdt; punkterne er overført"),
        "aflyst": gettext("Aflyst"),
        "sprunget_over": gettext("Springes over"),
        "udsat": gettext("Udsat"),
    }.get(code, code)


def conference(code: Any) -> str:
    """Which of the three types of conference."""
    return {
        "strategisk": gettext("Strategisk"),
        "operationel": gettext("Operationel"),
        "ungerettet": gettext("Uddannelses- og jobrettet (unge)"),
    }.get(str(code or ""), plain(code))


def area(code: Any) -> str:
    return {
        "dagtilbud": gettext("Dagtilbud"),
        "skole": gettext("Skole"),
        "klub": gettext("Klub"),
        "tvaergaaende": gettext("På tværs"),
    }.get(str(code or ""), plain(code))


def which(meeting: WhichMeeting) -> str:
    """What tells a meeting from the others of its kind: of which type it is, where and when."""
    said = conference(meeting.type) if meeting.type else kind(meeting.kind)
    where = [area(meeting.area)] if meeting.area else []
    return ", ".join(filter(None, [said, *where, meeting.district, instant(meeting.starts_at)]))


def method(code: Any) -> str:
    return {
        "bal": "BAL",
        "sos": "Signs of Safety",
        "vaekstmodel": gettext("Vækstmodellen"),
        "andet": gettext("Andre løsningsfokuserede metoder"),
    }.get(str(code or ""), plain(code))


def party(id: str | None, name: str | None = None) -> str:
    """Who takes part: a person with an account, a unit, the family, or somebody from its network."""
    if name:
        return name
    if id is not None and id in NAMES:
        return group(id)
    return {
        "barn": gettext("Barnet/den unge"),
        "foraelder": gettext("Forældrene"),
    }.get(id or "", "") or (
        person(id) if id and is_account(id) else gettext("En person fra familiens netværk")
    )


def role(code: str) -> str:
    return {
        "familie": gettext("Familien"),
        "person": gettext("Medarbejder"),
        "gruppe": gettext("Enhed"),
        "netvaerksperson": gettext("Familiens netværk"),
        "udefra": gettext("Uden for kommunen"),
    }.get(code, plain(code))


def invitation(code: str) -> str:
    return {
        "foreslaaet": gettext("Foreslået"),
        "inviteret": gettext("Inviteret"),
        "ikke_inviteret": gettext("Ikke inviteret"),
        "trukket_tilbage": gettext("Invitationen er trukket tilbage"),
        "aflyst": gettext("Meldt fra"),
    }.get(code, plain(code))


def missed(guest: Guest, purpose: Any) -> str:
    """Which consent was missing, and when: that may have changed since."""
    asked = (
        gettext("Da invitationen blev trukket tilbage {when}, manglede der samtykke (formål: {purpose}).")
        if guest.status == "trukket_tilbage"
        else gettext("Da der blev indkaldt {when}, manglede der samtykke (formål: {purpose}).")
    )
    said = [asked.format(when=date(guest.missed_at), purpose=consent_purpose(str(purpose or "")))]
    for why, whose in guest.gaps:
        told = _gap(why)
        if whose:
            told = f"{told} ({giver(whose)})"
        said.append(f"{told}.")
    return " ".join(said)


def _gap(code: str) -> str:
    """Why a consent did not cover somebody then."""
    return {
        "intet_samtykke": gettext("Der var ikke bedt om samtykke"),
        "andet_formaal": gettext("Samtykket gjaldt et andet formål"),
        "andre_oplysninger": gettext("Samtykket gjaldt andre typer af oplysninger"),
        "mangler": gettext("Der manglede svar på samtykket"),
        "afslaaet": gettext("Der var sagt nej til samtykke"),
        "tilbagekaldt": gettext("Samtykket var trukket tilbage"),
        "udloebet": gettext("Samtykket var udløbet"),
        "bortfaldet": gettext("Samtykket var bortfaldet, fordi formålet var nået eller ændret"),
    }.get(code, plain(code))


def treatment(code: Any) -> str:
    """How an item is discussed that consent does not open to everybody."""
    return {
        "indhent": gettext("Samtykke indhentes først"),
        "uden_dem": gettext("Drøftes uden de deltagere, som samtykket ikke dækker"),
        "anonym": gettext("Drøftes anonymt"),
        "traek": gettext("Punktet er trukket"),
    }.get(str(code or ""), "")


def agreement(code: str) -> str:
    return {
        "aftalt": gettext("Aftalt"),
        "foreslaaet": gettext("Kun foreslået"),
        "opfyldt": gettext("Opfyldt"),
        "bortfaldet": gettext("Bortfaldet"),
        "overskredet": gettext("Overskredet"),
        "justeret": gettext("Justeret"),
        "forlaenget": gettext("Forlænget"),
    }.get(code, plain(code))


def file_name(what: str, code: str, day: Any) -> str:
    """Of a document about a meeting: its kind and its day, no case and nobody's name."""
    return f"{what}-{code.replace('_', '-')}-{day or 'uden-dato'}.pdf"

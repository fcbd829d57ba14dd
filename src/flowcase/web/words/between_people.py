"""Words for what is open between people in a case: purposes of consent, kinds of meetings, statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.web.language import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowcase.services.case_files.startable_flows import StartableFlow

_WITHDRAWAL = "samtykke_tilbagekaldelse"


def withdrawal(startable: Iterable[StartableFlow]) -> str | None:
    """The flow by which a consent is stopped, where it may be started."""
    return next((flow.process for flow in startable if flow.process == _WITHDRAWAL), None)


def consent_purpose(code: str) -> str:
    """What a consent is asked for."""
    return {
        "konference": gettext("Konference"),
        "kreativt_raad": gettext("Det Kreative Råd"),
        "familiemoede": gettext("Familiemøde"),
        "netvaerksmoede": gettext("Netværksmøde"),
        "forum": gettext("Tværprofessionelt forum"),
        "udtalelse": gettext("Udtalelse"),
        "psykologisk_raadgivning": gettext("Psykologisk rådgivning"),
        "psykologisk_vurdering": gettext("Psykologisk vurdering"),
        "supervision": gettext("Supervision"),
        "visitation": gettext("Visitation"),
        "foranstaltning": gettext("Foranstaltning"),
        "leverandoer": gettext("Leverandør"),
        "overgang": gettext("Overgang"),
        "netvaerksindsats": gettext("Netværksindsats"),
        "mentor": gettext("Mentor"),
        "andet": gettext("Andet"),
    }.get(code, code)


def meeting_kind(code: str) -> str:
    return {
        "familiemoede": gettext("Familiemøde"),
        "koordineringskonference": gettext("Koordineringskonference"),
        "kreativt_raad": gettext("Det Kreative Råd"),
        "netvaerksmoede": gettext("Netværksmøde"),
        "forum": gettext("Tværprofessionelt forum"),
        "opfoelgning": gettext("Opfølgning"),
        "ssd": gettext("SSD-møde"),
        "andet": gettext("Andet"),
    }.get(code, code or gettext("Møde"))


def status(code: str) -> str:
    return {
        "aaben": gettext("Åben"),
        "afholdt": gettext("Holdt"),
        "aflyst": gettext("Aflyst"),
        "afsluttet": gettext("Afsluttet"),
        "aftalt": gettext("Aftalt"),
        "bortfaldet": gettext("Bortfaldet"),
        "foreslaaet": gettext("Kun foreslået"),
        "opfyldt": gettext("Opfyldt"),
        "planlagt": gettext("Planlagt"),
    }.get(code, code)

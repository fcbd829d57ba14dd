"""Groups bundled by what they may: the columns of the permission matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.access.actor import Actor


@dataclass(frozen=True)
class Kind:
    """Groups that the same rules allow; a name that ends in `_` means every group that begins so."""

    name: str
    groups: tuple[str, ...]
    is_program: bool = False  # signs in with a token, never to the pages

    def holds(self, group: str) -> bool:
        return any(group.startswith(each) if each.endswith("_") else group == each for each in self.groups)

    def actor(self, group: str) -> Actor:
        """Somebody who is in this one group and named nowhere."""
        return Actor("somebody", groups=frozenset({group}), kind="service" if self.is_program else "person")


KINDS: Mapping[str, Kind] = {
    "reception": Kind(
        "Reception",
        ("fronten", "frontpersonale", "akutvagt", "forebyggende_raadgiver", "sverigesteam"),
    ),
    "casework": Kind(
        "Casework",
        ("familieteam_", "handicapteam", "ungeafsnit", "socialafsnit", "netvaerksmedarbejder"),
    ),
    "team_leader": Kind("Team leaders", ("teamleder_",)),
    "duty_leader": Kind("Duty leader", ("vagtleder",)),
    "auditor": Kind("Auditor", ("revisor",)),
    "authority": Kind("Head of authority", ("myndighedsansvarlig",)),
    "management": Kind(
        "Management",
        (
            "distriktsleder_",
            "leverandoeransvarlig",
            "forvaltningsledelse",
            "politisk_myndighed",
            "strategi_sekretariat",
            "koordinationsgruppe_boern",
            "koordinationsgruppe_unge",
        ),
    ),
    "process_owner": Kind("Process owner", ("procesejer",)),
    "operations": Kind("Operations", ("administrator",)),
    "intake": Kind("Intake program", ("indtag",), is_program=True),
    "partner": Kind(
        "Everybody else",
        (
            "familieteam",
            "paedagogisk_",
            "skole",
            "specialtilbud",
            "klasseteam",
            "sprogpaedagog",
            "motorikkonsulent",
            "ppr",
            "ppr_facilitator",
            "ressourcepaedagog",
            "sundhedspleje",
            "ssp",
            "uu",
            "visitation_",
            "leverandoer",
            "mentor",
            "mentorkoordinator",
            "mentor_",
            "sos_noegleperson",
            "voksensamarbejde",
            "tvaerfaglig_gruppe",
        ),
    ),
}


def kinds_of(group: str) -> list[str]:
    """Which kinds hold a group: exactly one of every group that has a name."""
    return [id for id, kind in KINDS.items() if kind.holds(group)]

"""What the groups of the domain specification (section 1) are called where people read them."""

from __future__ import annotations

from collections.abc import Mapping

# code -> (Danish, English)
NAMES: Mapping[str, tuple[str, str]] = {
    "fronten": ("Fronten", "Fronten (reception team)"),
    "frontpersonale": ("Frontpersonale", "Reception staff"),
    "akutvagt": ("Akutvagt", "Acute duty"),
    "vagtleder": ("Vagtleder", "Duty leader"),
    "forebyggende_raadgiver": ("Forebyggende socialrådgivere", "Preventive social workers"),
    "familieteam": ("Familieteam", "Family team"),
    "familieteam_nord": ("Familieteam Nord", "Family team North"),
    "familieteam_midt": ("Familieteam Midt", "Family team Centre"),
    "familieteam_syd": ("Familieteam Syd", "Family team South"),
    "handicapteam": ("Handicapteam", "Disability team"),
    "sverigesteam": ("Sverigesteam", "Sweden team"),
    "ungeafsnit": ("Ungeafsnit", "Youth section"),
    "socialafsnit": ("Socialafsnit", "Social section"),
    "teamleder_fronten": ("Teamleder, Fronten", "Team leader, Fronten"),
    "teamleder_nord": ("Teamleder, Nord", "Team leader, North"),
    "teamleder_midt": ("Teamleder, Midt", "Team leader, Centre"),
    "teamleder_syd": ("Teamleder, Syd", "Team leader, South"),
    "teamleder_handicap": ("Teamleder, Handicapteam", "Team leader, disability team"),
    "teamleder_unge": ("Teamleder, Ungeafsnit", "Team leader, youth section"),
    "teamleder_sverigesteam": ("Teamleder, Sverigesteam", "Team leader, Sweden team"),
    "myndighedsansvarlig": ("Myndighedsansvarlig", "Head of authority"),
    "leverandoeransvarlig": ("Leverandøransvarlig", "Head of municipal suppliers"),
    "distriktsleder_dagtilbud": ("Distriktsleder, dagtilbud", "District leader, day-care"),
    "distriktsleder_skole": ("Distriktsleder, skole", "District leader, school"),
    "distriktsleder_klub": ("Klubleder", "Club leader"),
    "paedagogisk_leder": ("Pædagogisk leder", "Pedagogical leader"),
    "skole": ("Skole", "School"),
    "specialtilbud": ("Specialtilbud", "Special provision"),
    "klasseteam": ("Klasseteam", "Class team"),
    "paedagogisk_personale": ("Pædagogisk personale", "Pedagogical staff"),
    "paedagogisk_konsulent": ("Pædagogisk konsulent", "Pedagogical adviser"),
    "sprogpaedagog": ("Sprogpædagog", "Language pedagogue"),
    "motorikkonsulent": ("Motorikkonsulent", "Motor consultant"),
    "ppr": ("PPR", "Educational psychology (PPR)"),
    "ppr_facilitator": ("PPR-facilitator", "PPR facilitator"),
    "ressourcepaedagog": ("Ressourcepædagog", "Resource pedagogue"),
    "sundhedspleje": ("Sundhedspleje", "Health visitors"),
    "ssp": ("SSP", "SSP (school, social services, police)"),
    "uu": ("UU", "Youth guidance (UU)"),
    "visitation_central": ("Centralt visitationsudvalg", "Central allocation committee"),
    "visitation_faelles": ("Fælles visitationsudvalg", "Joint allocation committee"),
    "visitation_distrikt": ("Distriktets visitationsudvalg", "District allocation committee"),
    "leverandoer": ("Leverandør", "Supplier"),
    "netvaerksmedarbejder": ("Netværksmedarbejdere", "Network workers"),
    "mentor": ("Mentor", "Mentor"),
    "mentorkoordinator": ("Mentorkoordinator", "Mentor coordinator"),
    "mentor_styregruppe": ("Mentorstyregruppe", "Mentor steering group"),
    "mentor_visitation": ("Mentorvisitation", "Mentor allocation group"),
    "sos_noegleperson": ("Signs of Safety-nøgleperson", "Signs of Safety key person"),
    "politisk_myndighed": ("Politisk myndighed", "Political authority"),
    "forvaltningsledelse": ("Forvaltningsledelse", "Administration's management"),
    "koordinationsgruppe_boern": ("Koordinationsgruppe, børn", "Coordination group, children"),
    "koordinationsgruppe_unge": ("Koordinationsgruppe, unge", "Coordination group, youth"),
    "voksensamarbejde": ("Samarbejde med voksenområdet", "Cooperation with adult services"),
    "tvaerfaglig_gruppe": ("Tværfaglig gruppe", "Cross-professional group"),
    "strategi_sekretariat": ("Strategisekretariat", "Strategy secretariat"),
    "procesejer": ("Procesejer", "Process owner"),
    "revisor": ("Revisor", "Auditor"),
    "administrator": ("Drift", "Operations"),
    "indtag": ("Indtag fra andre systemer", "Intake from other systems"),
}


def group_name(code: str, language: str = "da") -> str:
    """The group's name; the code itself for a group that a municipality has added."""
    names = NAMES.get(code)
    return code if names is None else names[1 if language == "en" else 0]

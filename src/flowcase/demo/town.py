"""The people of the fictional municipality: every group of the domain specification, section 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    groups: tuple[str, ...]
    team: str | None = None
    district: str | None = None


PEOPLE: tuple[Person, ...] = (
    # Fronten
    Person("karen.fp", "Karen Bilde", ("fronten", "frontpersonale")),
    Person("jonas.fp", "Jonas Aagaard", ("fronten", "frontpersonale")),
    Person("lone.vagt", "Lone Thorup", ("akutvagt",)),
    Person("henrik.vagt", "Henrik Sander", ("akutvagt", "vagtleder")),
    Person("gitte.leder", "Gitte Ravn", ("teamleder_fronten", "vagtleder", "fronten")),
    # Preventive workers, one per district
    Person("sofie.fr", "Sofie Lykke", ("forebyggende_raadgiver",), district="D1"),
    Person("mikkel.fr", "Mikkel Dahl", ("forebyggende_raadgiver",), district="D2"),
    Person("amina.fr", "Amina Yusuf", ("forebyggende_raadgiver",), district="D3"),
    # Familieteams
    Person("bente.nord", "Bente Holm", ("teamleder_nord",), "familieteam_nord"),
    Person("peter.nord", "Peter Kjær", ("familieteam_nord", "socialafsnit"), "familieteam_nord"),
    Person("ida.nord", "Ida Frandsen", ("familieteam_nord", "socialafsnit"), "familieteam_nord"),
    Person("torben.midt", "Torben Juul", ("teamleder_midt",), "familieteam_midt"),
    Person("nadia.midt", "Nadia Karim", ("familieteam_midt", "socialafsnit"), "familieteam_midt"),
    Person("rasmus.midt", "Rasmus Winther", ("familieteam_midt", "socialafsnit"), "familieteam_midt"),
    Person("else.syd", "Else Brandt", ("teamleder_syd",), "familieteam_syd"),
    Person("camilla.syd", "Camilla Noer", ("familieteam_syd", "socialafsnit"), "familieteam_syd"),
    Person("omar.syd", "Omar Haddad", ("familieteam_syd", "socialafsnit"), "familieteam_syd"),
    # Other teams of the authority
    Person("hanne.handi", "Hanne Bach", ("teamleder_handicap",), "handicapteam"),
    Person("ulla.handi", "Ulla Skov", ("handicapteam",), "handicapteam"),
    Person("lars.unge", "Lars Munk", ("teamleder_unge",), "ungeafsnit"),
    Person("tine.unge", "Tine Vestergaard", ("ungeafsnit", "netvaerksmedarbejder"), "ungeafsnit"),
    Person("birgit.svt", "Birgit Lund", ("teamleder_sverigesteam", "sverigesteam"), "sverigesteam"),
    Person("anders.myn", "Anders Hvid", ("myndighedsansvarlig", "forvaltningsledelse")),
    Person("susanne.lev", "Susanne Bork", ("leverandoeransvarlig",)),
    # Districts, schools and specialists
    Person("marie.dagtilbud", "Marie Vang", ("distriktsleder_dagtilbud",), district="D1"),
    Person("ole.skole", "Ole Krag", ("distriktsleder_skole", "skole"), district="D2"),
    Person("line.klub", "Line Toft", ("distriktsleder_klub",), district="D2"),
    Person("jette.paed", "Jette Riis", ("paedagogisk_leder",), district="D1"),
    Person("carl.ppr", "Carl Overgaard", ("ppr", "ppr_facilitator")),
    Person("maja.ressource", "Maja Elkjær", ("ressourcepaedagog",), district="D2"),
    Person("inge.sund", "Inge Bertelsen", ("sundhedspleje",), district="D1"),
    Person("kasper.ssp", "Kasper Norup", ("ssp", "uu", "mentorkoordinator")),
    Person("vivi.visitation", "Vivi Aagesen", ("visitation_central", "visitation_faelles")),
    # Suppliers and volunteers
    Person("granly", "Granly (leverandør)", ("leverandoer",)),
    Person("bo.mentor", "Bo Sejersen", ("mentor_styregruppe", "mentor_visitation")),
    Person("dorte.sos", "Dorte Fabricius", ("sos_noegleperson", "tvaerfaglig_gruppe")),
    # Governance, process owner, auditor, operator
    Person("palle.politik", "Palle Grøn", ("politisk_myndighed",)),
    Person(
        "rikke.koord",
        "Rikke Steen",
        ("koordinationsgruppe_boern", "koordinationsgruppe_unge", "voksensamarbejde", "strategi_sekretariat"),
    ),
    Person("jens.proces", "Jens Olrik", ("procesejer",)),
    Person("lone.proces", "Lone Holst", ("procesejer",)),
    Person("vera.revisor", "Vera Lindhardt", ("revisor",)),
    Person("drift", "Drift", ("administrator",)),
)

# Who a visitor signs in as first: one of each of the four kinds of users.
INTRODUCED = ("karen.fp", "camilla.syd", "else.syd", "jens.proces", "vera.revisor", "drift")
OPERATOR, IN_THE_DAILY_MEETING = "drift", "karen.fp"

FIRST_NAMES = (
    "Alma", "Noah", "Freja", "Viktor", "Ellen", "Malthe", "Liva", "Emil", "Sara", "August", "Clara",
    "Elias", "Agnes", "Storm", "Nora", "Anton", "Yasmin", "Bertram", "Lærke", "Ismail", "Vigga", "Felix",
)  # fmt: skip
LAST_NAMES = (
    "Rosenkvist", "Abildtoft", "Mosegård", "Lindeskov", "Hestbæk", "Sivertsen", "Tranholm", "Elleby",
    "Fuglsbjerg", "Kastbjerg", "Ravnshøj", "Vejlgård",
)  # fmt: skip
STREETS = ("Lærkevænget", "Birkealle", "Skolegade", "Mosevej", "Kirkestien", "Engdraget")
CONCERNS = (
    "Barnet kommer træt og sulten i skole og græder ofte, når det skal hjem.",
    "Der er mange konflikter i hjemmet, og barnet trækker sig fra de andre børn.",
    "Barnet har haft højt fravær siden sommer og fortæller, at det passer sine søskende.",
    "Personalet er bekymret for, om der er voksne til stede om aftenen.",
    "Den unge er begyndt at være ude om natten og har mistet kontakten til sin klasse.",
    "Barnet fortæller om råben og skub derhjemme.",
)

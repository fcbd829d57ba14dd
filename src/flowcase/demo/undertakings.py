"""What the people of the municipality start by hand: meetings, consents, contracts, conferences, efforts.

An undertaking says when it begins, by whom, in which story's case or in none, what is answered otherwise
than usual, and before which element the people stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowcase.demo.stories import Answers


@dataclass(frozen=True)
class Days:
    """A date so many days after (or, negative, before) the day of the answer; with `hour`, an instant."""

    after: int
    hour: int | None = None


@dataclass(frozen=True)
class Undertaking:
    process: str
    days_ago: float
    by: str  # id of the person who starts it; "": the caseworker of the case
    story: str = ""  # name of the story whose (first) case it belongs to; "": no case
    stop_before: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)  # what the start form is given
    answers: Answers = field(default_factory=dict)


_HOLIDAY = {"meld": {"til": Days(12), "besked": "Skolemøde i næste uge; mormor ringer om aflastningen."}}
_NETWORK_EFFORT: Answers = {
    "henvis": {
        "lovovertraedelser": [{"dato": Days(-20)}, {"dato": Days(-90)}],
        "tidligere_dom": False,
        "staerkt_truet": True,
        "naevn": "nej",
        "risiko": "Er ude om natten sammen med ældre kammerater.",
        "akut_start": False,
    },
    "rollefordeling": {
        "rollefordeling": "Netværksmedarbejderen har kontakten; rådgiveren har afgørelserne.",
        "skriftlighed": "Korte statusrapporter, ellers intet.",
        "forventet_slut": Days(140),
    },
    "moede": {
        "sted": "hjem",
        "emne": "Reglerne derhjemme",
        "aftaler": "Hjemme klokken 22 på hverdage",
        "naeste": Days(14),
    },
    "familiekontrakt": {"regler": "Hjemme klokken 22", "beloenninger": "Biograftur"},
    "statusrapport": {
        "virker": "Morfar er med, og der er ro om aftenen.",
        "bekymringer": "Weekenderne",
        "vil_se_ske": "I skole hver dag",
        "justering": "Møderne lægges i weekenden",
    },
}


_SUPPLIERS = {
    "familiebehandling": "Granly Familiehus",
    "kontaktperson": "Granly Kontaktpersonkorps",
    "hjemmestoette": "Granly Hjemmestøtte",
    "netvaerkspleje": "Familieplejen Åbrinken",
    "plejefamilie": "Familieplejen Åbrinken",
    "institution": "Opholdsstedet Egehøj",
    "ungeraadgivning": "Ungerådgivningen Kanten",
}


def _contract(kind: str) -> Answers:
    """A standard contract for one sort of measure that lasts longer than the demonstration."""
    return {
        "oplysninger": {"navn": _SUPPLIERS[kind], "typer": [kind]},
        "udfyld": {
            "indsatstype": kind,
            "parter": f"Myndigheden og {_SUPPLIERS[kind]}.",
            "formaal": "Familier får hjælp tæt på deres hverdag.",
            "pris": "En fast pris pr. forløb.",
            "ikraft": Days(1),
            "udloeb": Days(1500),
            "opfoelgning_maaneder": 6,
        },
    }


_CALENDAR: Answers = {
    "kalender": {
        "type": "operationel",
        "omraade": "skole",
        "distrikt": "D2",
        "foerste": Days(7, hour=13),
        "antal": 6,
    }
}
_TERMS: Answers = {
    "udkast": {
        "formaal": "At skoler, sundhedspleje og Familieteam griber ind tidligere og sammen.",
        "koordinationsgrupper": ["boern"],
        "evaluering_maaneder": 6,
    }
}
_CONSENT: Answers = {
    "formaal": {
        "udveksling": "ekstern",
        "formaal_kode": "udtalelse",
        "formaal": "At skolen kan fortælle, hvordan barnet har det i timerne og i frikvarteret.",
        "oplysningstyper": ["uddannelse"],
        "modtagere": ["skole"],
        "barn_inddraget": "inddraget",
        "foraeldre_deltager": "deltager",
    }
}
_NETWORK_MEETING: Answers = {
    "beskriv": {
        "slags": "netvaerksmoede",
        "formaal": "At familien og netværket selv fordeler weekenderne.",
        "opgave": "En plan for aflastning hen over vinteren.",
        "behov_for_moede": "Alle skal høre det samme og kunne sige ja til noget.",
        "tid": Days(6, hour=16),
        "frist": Days(30),
    }
}
_OFFERS: Answers = {
    "opgoer": {
        "tilbud": [
            {
                "tilbud": "Familiehuset",
                "type": "familiebehandling",
                "trin": "2",
                "maalgruppe": "Familier med børn under skolealderen.",
                "vurdering": "God tilgang, og de fleste når deres mål.",
                "udviklingsbehov": "Flere timer om aftenen.",
            },
            {
                "tilbud": "Kontaktpersonkorpset",
                "type": "kontaktperson",
                "trin": "2",
                "maalgruppe": "Unge uden voksenkontakt i fritiden.",
                "vurdering": "Ventetid på to måneder.",
                "udviklingsbehov": "Flere mandlige kontaktpersoner.",
            },
        ]
    }
}
_MENTOR: Answers = {
    "ansoegning": {
        "navn": "Bent Overby",
        "motivation": "Vil gerne være den voksne, der har tid.",
        "interesser": "Cykler og madlavning",
        "tid_til_raadighed": "To aftener om ugen",
        "tavshedserklaering": True,
    }
}
# What everybody answers at these user tasks, (process, element), when nothing else is said.
USUAL: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("koordineringskonference", "dagsorden"): {
        "afholdes": "springes_over",
        "sprunget_over": "Ingen punkter denne gang.",
    },
    ("samtykke", "familieforhold"): {"foraeldremyndighed": "faelles", "bor_sammen": True},
    ("samtykke", "formaal"): {
        "udveksling": "ekstern",
        "oplysningstyper": ["uddannelse", "sociale_problemer"],
        "barn_inddraget": "orienteret",
        "foraeldre_deltager": "ikke_relevant",
    },
    ("samtykke", "indhent"): {
        "afgiver": "mor",
        "svar": "ja",
        "egenskab": "foraeldremyndighed",
        "form": "mundtligt",
        "gentaget": True,
    },
    ("mentornetvaerk", "uddan"): {"weekend": True},
    ("mentornetvaerk", "stoet"): {"bliver": True},
    ("mentormatch", "kontakttjek"): {"stadig_kontakt": True},
    ("mentormatch", "match"): {"mentor_siger_ja": True, "ung_siger_ja": True, "start": Days(0)},
    ("overgang", "udpeg"): {"afgivende": "socialafsnit", "modtagende": "skole", "dato": Days(30)},
    ("forebyggelsesstrategi", "profil"): {
        "noegletal": [
            {"noegletal": "anbragte", "vaerdi": 84, "landsgennemsnit": 91, "sammenligning": 88},
            {"noegletal": "specialundervisning", "vaerdi": 412, "landsgennemsnit": 390, "sammenligning": 401},
        ]
    },
}
_MENTEE: Answers = {
    "foreslaa": {
        "navn": "Kevin Lundstrøm",
        "kaldenavn": "Kevin",
        "foedt": Days(-15 * 366),
        "egen_motivation": True,
        "betroet_voksen": False,
        "interesser": "Cykler og computerspil",
        "kendt_kriminalitet": False,
        "tunge_problemer": False,
    },
    "visiter": {"mentorer_med": True},
}
_MOVED = {"hvorhen": "anden_kommune", "kommune": "Nabokommunen", "ny_adresse": "Havnegade 3, 2. tv"}

UNDERTAKINGS: tuple[Undertaking, ...] = (
    # In cases: consent and meetings with the family
    Undertaking("samtykke", 50, "", "under undersøgelse", answers=_CONSENT),
    Undertaking("samtykke", 8, "", "sent i undersøgelsen", stop_before="indhent", answers=_CONSENT),
    Undertaking("familiemoede", 40, "", "kontaktperson"),
    Undertaking("netvaerksmoede", 30, "", "plejefamilie", answers=_NETWORK_MEETING),
    Undertaking("tvaerfaglig_handling", 20, "", "kontaktperson", stop_before="resultat"),
    Undertaking("signs_of_safety", 12, "", "under undersøgelse"),
    Undertaking(
        "kreativt_raad",
        9,
        "",
        "familiebehandling",
        form={"paataenkt": "institution", "uden_for_kommunen": False},
        stop_before="afhold",
    ),
    Undertaking("netvaerksindsats", 100, "tine.unge", "ung", answers=_NETWORK_EFFORT),
    # What happens to cases
    Undertaking(
        "raadgiver_fravaer", 5, "", "kontaktperson", stop_before="tilbage_foer_tid", answers=_HOLIDAY
    ),
    Undertaking("skift_raadgiver", 70, "else.syd", "plejefamilie", answers={"skift": {"aarsag": "sagstal"}}),
    Undertaking("akut_vending", 15, "", "under undersøgelse"),
    Undertaking("flytning", 25, "", "flytter", answers={"registrer": _MOVED}),
    # Without a case
    Undertaking("forebyggende_henvendelse", 9, "sofie.fr", form={"navn": "Selma Grønkjær", "fra": "skole"}),
    *(
        Undertaking("standardkontrakt", 735, "susanne.lev", answers=_contract(kind))
        for kind in ("familiebehandling", "kontaktperson", "hjemmestoette", "netvaerkspleje", "plejefamilie")
    ),
    Undertaking("standardkontrakt", 735, "susanne.lev", answers=_contract("institution")),
    Undertaking(
        "standardkontrakt", 8, "susanne.lev", stop_before="forhandl", answers=_contract("ungeraadgivning")
    ),
    Undertaking("konferencekalender", 120, "ole.skole", answers=_CALENDAR),
    Undertaking(
        "koordineringskonference",
        9,
        "ole.skole",
        form={"type": "operationel", "omraade": "skole", "distrikt": "D2", "tid": Days(14, hour=13)},
        stop_before="dagsorden",
    ),
    Undertaking("kommissorium", 90, "anders.myn", answers=_TERMS),
    Undertaking("tilbudsvifte_gennemgang", 20, "susanne.lev", stop_before="beslut", answers=_OFFERS),
    Undertaking("mentornetvaerk", 150, "kasper.ssp", answers=_MENTOR),
    Undertaking("mentornetvaerk", 6, "kasper.ssp", stop_before="vaelg", answers=_MENTOR),
    Undertaking("mentorforslag", 40, "kasper.ssp", answers=_MENTEE),
    Undertaking("forebyggelsesstrategi", 60, "rikke.koord"),
)

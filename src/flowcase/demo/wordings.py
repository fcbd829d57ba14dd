"""How people of the municipality fill in forms: usual texts, dates that lie ahead, what is left to others."""

from __future__ import annotations

from collections.abc import Mapping

TRIES = 12  # of a user task that a rule refuses: something else has to be done first

# Optional fields that a conscientious person fills in all the same.
ALSO_FILLED = frozenset(
    {
        "slaegt_netvaerk",
        "raad",
        "aftaler",
        "naeste",
        "naeste_begrundelse",
        "tavle",
        "naeste_trin",
        "nedtrapning_dato",
    }
)
# Dates half a year ahead; all others are today's.
AHEAD = frozenset(
    {"maaldato", "forventet_exit", "varighed", "ny_dato", "naeste", "frist", "nedtrapning_dato"}
)
OTHERS = frozenset({"stedfortraeder", "ny"})  # somebody else than who answers and who has the case
WAITED_FOR = frozenset({"mentorer_klar"})  # lists from which nobody else is taken while they are empty

# Texts by form key; what is not here gets a plain sentence.
TEXTS: Mapping[str, str] = {
    "begrundelse": "Vurderet ud fra oplysningerne i sagen og samtalen med familien.",
    "barnets_udsagn": "Jeg vil gerne have, at der er ro om aftenen.",
    "barnets_ord": "Det er blevet bedre, men jeg savner min gamle klasse.",
    "fokus": "Barnets trivsel i hjem og skole, og hvad forældrene har brug for.",
    "familiens_bidrag": "Forældrene fører dagbog om aftenerne i fire uger.",
    "analyse": "Familien har ressourcer, men hverdagen mangler struktur. Netværket vil hjælpe.",
    "barnets_perspektiv": "Barnet vil blive boende hjemme og have en voksen at tale med.",
    "foraeldres_syn": "Forældrene genkender bekymringen og ønsker støtte.",
    "netvaerk": "Mormor og en fodboldtræner er tæt på.",
    "konklusion": "foranstaltning",
    "formaal": "At barnet trives og kan klare sig i skolen og hjemme.",
    "barnets_oensker": "At kunne sove igennem og have venner med hjem.",
    "uden_hjaelp": "Faste aftaler om morgen og aften, som holder i tre måneder.",
    "overtager": "Skolens kontaktlærer og mormor",
    "slaegt_netvaerk": "Mormor og faster er spurgt; faster vil gerne være aflastning.",
    "samtykke": "Skriftligt samtykke i sagen",
    "exit": "Uændret mål; næste skridt er at mødes hver tredje uge i stedet for hver anden.",
    "indhold": "Kort besøg; der var ro på.",
    "virker": "De faste aftaler og kontaktpersonens besøg.",
    "modtager": "Skolens kontaktlærer",
    "familiens_syn": "Familien er tryg ved at klare sig selv.",
    "handling": "Barnet er hos et familiemedlem i aften; samtale i morgen.",
    "barnets_opholdssted": "Hos mormor",
    "hvem": "Forældre og skole",
    "hvad": "Hvordan barnet har det, og hvad der hjælper.",
    "maal": "Barnet møder til tiden fire dage om ugen.",
    "tegn": "Skolens fraværsliste, og at barnet selv siger til.",
    "referat": "Familien fortalte, og der blev aftalt næste skridt.",
    "deltagere": "Barnet, forældre, kontaktlærer",
}

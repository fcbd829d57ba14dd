"""How people of the municipality fill in forms: usual texts, dates that lie ahead, what is left to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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

PLAIN = "Aftalt og noteret i sagen."  # for what has no words of its own below

# Several texts are taken in turn. By form key; an attribute's own text, in `PLACED`, goes before.
TEXTS: Mapping[str, str | tuple[str, ...]] = {
    "begrundelse": (
        "Vurderet ud fra oplysningerne i sagen og samtalen med familien.",
        "Bygger på skolens udtalelse, samtalen med barnet og det, forældrene selv fortæller.",
        "Drøftet med forældrene, som er enige i, hvad der er vigtigst nu.",
    ),
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
    "indhold": (
        "Kort besøg; der var ro på.",
        "Barnet viste sit værelse og fortalte om klassen.",
        "Vi gik en tur; barnet ville helst tale om fodbold.",
    ),
    "virker": "De faste aftaler og kontaktpersonens besøg.",
    "modtager": "Skolens kontaktlærer",
    "familiens_syn": "Familien er tryg ved at klare sig selv.",
    "handling": "Barnet er hos et familiemedlem i aften; samtale i morgen.",
    "barnets_opholdssted": "Hos mormor",
    "hvem": "Forældre og skole",
    "hvad": "Hvordan barnet har det, og hvad der hjælper.",
    "maal": "Barnet møder til tiden fire dage om ugen.",
    "tegn": "Skolens fraværsliste, og at barnet selv siger til.",
    "referat": (
        "Familien fortalte, og der blev aftalt næste skridt.",
        "Skolen ser fremgang. Aftenerne er stadig svære, og dem arbejder vi videre med.",
        "Barnet var med den første halve time og sagde selv, hvad der skal ske nu.",
    ),
    "tovholder": "Mormor",
    "navn": "Hanne Lysholt, kontaktlærer",
    "kontakt": "Tlf. 24 11 22 33, helst om formiddagen",
    "indikator": "Børn med over 15 procent fravær",
    "kilde": "Skolernes fraværsregistrering",
    "fund": "Fravær og ensomhed hænger sammen i udskolingen.",
    "omraade": "Tidlig indsats i dagtilbud",
    "bekymring": "Den unge er holdt op med at komme i klubben og sover til middag.",
    "resultat": "Skolen og familien mødes hver anden uge, og fraværet er faldet.",
    "deltagere": "Barnet, forældre, kontaktlærer",
}

# Texts of single attributes, where the form key alone says too little.
PLACED: Mapping[str, str | tuple[str, ...]] = {
    "Dagsordenspunkt.behandling_begrundelse": "Punktet tages uden navn, indtil forældrene har svaret.",
    "Flytning.igangvaerende": "Undersøgelsen er halvvejs; skolens udtalelse er indhentet.",
    "Flytning.materiale": "Underretningen, skolens udtalelse og referat af samtalen med barnet.",
    "Forandringsteori.aktiviteter": "Fælles besøg i skolen og en fast kontaktperson det første halve år.",
    "Forandringsteori.handleplan": "Begynder efter sommerferien i ét distrikt.",
    "Forandringsteori.omraade": "Overgangen fra børnehave til skole",
    "Forandringsteori.ressourcer": "To pædagoger fra dagtilbud og en lærer fra indskolingen.",
    "Forandringsteori.resultater": "Færre børn begynder i skole med en bekymring, ingen kender.",
    "Foranstaltning.nedtrapningsplan": "Fra hver anden uge til hver tredje; sidste besøg efter sommerferien.",
    "Forebyggelse.omsorgssituation": "Omsorgen er god nok; familien er slidt efter en skilsmisse.",
    "Forumraad.raad": (
        "Begynd med skolens ressourcepædagog, og spørg barnet, hvem det selv vil tale med.",
        "Få afklaret søvn og kost hos sundhedsplejen, før der gribes til mere.",
        "Skolen kan selv tage de første skridt. Vend tilbage om seks uger.",
    ),
    "Forumraad.spoergsmaal": (
        "Hvad kan skolen gøre, mens vi undersøger?",
        "Er sproget en del af forklaringen på konflikterne?",
        "Hvilke fritidstilbud er der plads i?",
    ),
    "Genovervejelse.betydning": "Forholdene er de samme; beslutningen står ved magt.",
    "Handling.opgave": "Kontaktlæreren ringer hjem hver fredag og fortæller, hvad der gik godt.",
    "IndividuelKontrakt.betaling": "Faktureres månedsvis bagud.",
    "IndividuelKontrakt.foraeldremyndighed": "Fælles",
    "IndividuelKontrakt.hyppighed": ("To gange om ugen", "Hver uge og en weekend om måneden", "Dagligt"),
    "IndividuelKontrakt.kontaktpersoner": "Afdelingslederen, tlf. 21 44 55 66, hverdage 9-15",
    "IndividuelKontrakt.omfang": ("6 timer om ugen", "12 timer om ugen", "Døgnet rundt"),
    "Invitation.navn": "Hanne Lysholt, kontaktlærer",
    "Kommissorium.ansvar": "Formanden kalder sammen; sekretariatet følger op på aftalerne.",
    "Kommissorium.behov": "Børn med højt fravær opdages for sent.",
    "Kommissorium.dokumentation": "Referater i sagssystemet og en kort årsrapport.",
    "Kommissorium.droeftet": "Drøftet i afsnitsledelsen og med skolelederne.",
    "Kommissorium.eksisterende": "Fraværsgruppen på Skolegades Skole går ind i den nye gruppe.",
    "Kommissorium.evaluering_ansvar": "Sekretariatet",
    "Kommissorium.evaluering_konsekvens": "Gruppen ændres eller nedlægges, hvis den ikke gør en forskel.",
    "Kommissorium.evaluering_metode": "Spørgeskema til deltagerne og tal for fravær.",
    "Kommissorium.gruppe": "Tidlig indsats på tværs",
    "Kommissorium.kompetence": "Gruppen anbefaler; afgørelser træffes af myndigheden.",
    "Kommissorium.moedested": "Rådhuset, lokale 2.14",
    "Kommissorium.partnere": "Skoler, sundhedspleje, PPR og Familieteam",
    "Kommissorium.rammer": "To timer hver anden måned.",
    "Kommissorium.ressourcer": "Formand, sekretær og to timer pr. deltager om måneden.",
    "Kommissorium.resultater": "Halvt så mange børn med over 15 procent fravær om to år.",
    "Kommissorium.sammenhaeng": "Følger den sammenhængende børnepolitiks mål om tidlig indsats.",
    "Leverandoer.metode": "Signs of Safety og arbejde i familiens hjem.",
    "Leverandoer.personale": "Pædagoger og familieterapeuter med mindst tre års erfaring.",
    "Leverandoer.pris": "18.500 kr. om måneden pr. forløb",
    "Leverandoer.samarbejde": "Forældre og netværk er med fra det første møde.",
    "Leverandoer.tidshorisont": "Seks til ni måneder; plads inden for tre uger.",
    "Leverandoeropfoelgning.tilsyn": (
        "Besøg på stedet; rammerne er i orden.",
        "Uanmeldt besøg en eftermiddag; god stemning og nok voksne.",
    ),
    "Leverandoeropfoelgning.udviklingsdialog": (
        "Flere aftentimer fra foråret.",
        "Hurtigere tilbagemelding til skolen.",
        "Ny medarbejder med erfaring i traumer begynder om to måneder.",
    ),
    "Leverandoeropfoelgning.vilkaar": (
        "Vilkårene overholdes.",
        "Overholdes; statusrapporten kom en uge sent.",
    ),
    "Leverandoeropfoelgning.ydelse": (
        "Leveres som aftalt; familierne er tilfredse.",
        "Leveres som aftalt; to forløb er afsluttet med nåede mål.",
    ),
    "Leverandoerstatus.behandlingsplan": (
        "Familien øver faste aftener; næste skridt er weekenderne.",
        "Samtaler hver uge, og en fælles aktivitet hver anden lørdag.",
    ),
    "Leverandoerstatus.bekymringer": (
        "Mor er træt og melder ofte fra.",
        "Fraværet er stadig højt om mandagen.",
    ),
    "Leverandoerstatus.forslag": ("Fortsæt uændret.", "Færre besøg efter påske, hvis det går som nu."),
    "Leverandoerstatus.status": ("Målet om skolegang er næsten nået.", "Godt på vej; aftenerne mangler."),
    "Mentor.valgt_begrundelse": "Rolig, har tid og kender kvarteret.",
    "Mentorung.visitation_begrundelse": "Mangler en voksen i fritiden og vil det selv.",
    "Moede.anbefaling": "Fortsæt støtten hjemme, og tag aflastning med i planen.",
    "Moede.lokale_muligheder": "Ressourcepædagog på skolen og en plads i klubben.",
    "Notat.indhold": "Ringede med skolen; barnet er i klasse hver dag i denne uge.",
    "Opfoelgning.naeste_begrundelse": (
        "Stabilt forløb; samme afstand som før.",
        "Nyt skoleskift, så vi mødes igen om kort tid.",
        "Målene er på vej, og familien ønsker ikke flere møder end nødvendigt.",
    ),
    "Overgang.kontakt": "Kontaktlæreren i 7. klasse",
    "Overgang.resultat": "Skolen overtager opfølgningen og kender planen.",
    "Sagsbehandlerskift.overlevering": "Mor ringer helst om formiddagen. Barnet vil gerne hilse på den nye.",
    "Standardkontrakt.aabningstider": "Alle hverdage 8-20; telefon hele døgnet.",
    "Standardkontrakt.betaling": "Faktura månedsvis bagud, 30 dage.",
    "Standardkontrakt.brugerinddragelse": "Familien er med til alle møder og ser, hvad der skrives.",
    "Standardkontrakt.etik": "Barnets bedste først; familien er ekspert i sit eget liv.",
    "Standardkontrakt.foraeldreinddragelse": "Forældre sætter mål sammen med leverandøren.",
    "Standardkontrakt.forlaengelse": "Et år ad gangen",
    "Standardkontrakt.forsikring": "Erhvervs- og ansvarsforsikring",
    "Standardkontrakt.krav_myndighed": "Bestilling skriftligt og klare mål for hvert forløb.",
    "Standardkontrakt.magtanvendelse": "Indberettes samme dag efter reglerne.",
    "Standardkontrakt.opbevaring": "Data slettes, når forløbet er afsluttet og overleveret.",
    "Standardkontrakt.personale": "Relevant uddannelse og supervision hver måned.",
    "Standardkontrakt.pladser": "Ti pladser; svar på henvendelser inden for en uge.",
    "Standardkontrakt.prisen_daekker": "Kørsel, aktiviteter og statusrapporter.",
    "Standardkontrakt.sanktion": "Prisen sættes ned, hvis møder udebliver; tre måneders opsigelse.",
    "Standardkontrakt.tavshedspligt": "Gælder alle ansatte, også efter ophør.",
    "Standardkontrakt.tvister": "Løses af lederne inden for 14 dage, ellers ved mægling.",
    "Standardkontrakt.underretningspligt": "Skærpet underretningspligt for alle ansatte.",
    "Tilbudsvifte.nabosamarbejde": "Fælles familiekurser med nabokommunen.",
    "Tilbudsvifte.omkostninger": "Pladserne koster det samme som sidste år.",
    "Tilbudsvifte.styrkes": "Flere timer om aftenen og i weekenden.",
    "Trinskift.hvorfor": "Støtten hjemme slog ikke til, og barnet har brug for ro.",
    "Undersoegelse.aarsag": "Skolens udtalelse lod vente på sig.",
    "Undersoegelse.foreloebig": "Barnet trives bedre, når aftenerne er forudsigelige.",
    "Undersoegelse.partshoering": (
        "Forældrene har læst undersøgelsen og er enige.",
        "Mor ønsker tilføjet, at far er begyndt at hente i skolen.",
    ),
    "Visitation.grundlag": "PPR's udtalelse og skolens handleplan.",
    "Visitation.mangler": "Udtalelse fra klubben.",
    "Visitation.suppleret": "Udtalelsen er kommet og lagt ved.",
}


# One row of a list, by the list's key: what a board says in each of its columns.
ROWS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "bekymringer": (
        {"hvem": "Skolen", "hvad": "Barnet er væk fra skole to dage om ugen."},
        {"hvem": "Mor", "hvad": "Aftenerne ender i råben, når lektierne skal laves."},
        {"hvem": "Barnet", "hvad": "Jeg er alene, når jeg kommer hjem."},
    ),
    "fungerer": (
        {"hvem": "Mor", "hvad": "Vi spiser sammen hver aften."},
        {"hvem": "Kontaktlæreren", "hvad": "Barnet har to gode venner i klassen."},
        {"hvem": "Kontaktpersonen", "hvad": "Barnet kommer til de aftalte møder."},
    ),
    "vil_se_ske": (
        {"hvem": "Barnet", "hvad": "At far henter mig om torsdagen."},
        {"hvem": "Skolen", "hvad": "Til time klokken otte, fire dage om ugen."},
        {"hvem": "Mormor", "hvad": "At barnet er hos mig hver anden weekend."},
    ),
}


def row_of(key: str, turn: int) -> Mapping[str, str]:
    """What is written in a row of this list; nothing for a list that has no words of its own."""
    rows = ROWS.get(key, ({},))
    return rows[turn % len(rows)]


def text_of(places: Iterable[str], key: str, turn: int) -> str:
    """The text for a field stored at these places (`Entity.attribute`); `turn` chooses among several."""
    texts = next((PLACED[place] for place in places if place in PLACED), TEXTS.get(key, PLAIN))
    return texts if isinstance(texts, str) else texts[turn % len(texts)]

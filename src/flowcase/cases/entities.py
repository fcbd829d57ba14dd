"""The records of the domain: their attributes, and which confidentiality class each attribute has.

Attribute names are the keys of the forms (domain specification, section 6); a form field says where
its value goes with `case:<Entity>.<attribute>`. Class K0 is stored in the open and can be filtered on;
K1 and K2 are stored as ciphertext with the key of the record's stream (section 5.2).

To add an attribute, append a line to its entity. To add an entity, append one; the registry at the
end of the module collects them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flowcase.errors import NotFound
from flowcase.values import Value


class DataClass(StrEnum):
    """How confidential a datum is (domain specification, section 5.2)."""

    K0 = "K0"  # open, organisational: every staff role
    K1 = "K1"  # confidential: role and work need on this case
    K2 = "K2"  # special: assigned persons only, with a purpose


class Kind(StrEnum):
    """What sort of value an attribute holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INSTANT = "instant"
    DATE = "date"
    BOOLEAN = "boolean"
    NUMBER = "number"
    CODE = "code"
    CODES = "codes"
    REFERENCE = "reference"  # id of a record, a person or a file
    REFERENCES = "references"
    FILE = "file"
    ROWS = "rows"  # list of contexts
    BOARD = "board"  # the three Signs-of-Safety columns, each a list of {hvem, hvad}


K0, K1, K2 = DataClass.K0, DataClass.K1, DataClass.K2


@dataclass(frozen=True)
class Attribute:
    """One datum of an entity."""

    name: str
    kind: Kind
    data_class: DataClass
    da: str  # label that a caseworker reads
    is_search_key: bool = False  # found again through a keyed hash, never in clear text


@dataclass(frozen=True)
class Entity:
    """A kind of record. `data_class` is what the specification gives the record as a whole."""

    name: str
    data_class: DataClass
    da: str
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name; raises NotFound, so that a typing slip never stores anything."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise NotFound("attribute", f"{self.name}.{name}")

    def split(self, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
        """The values as (open, secret): what may be stored as it is and what must be encrypted."""
        open_values: dict[str, Value] = {}
        secret: dict[str, Value] = {}
        for name, value in values.items():
            target = open_values if self.attribute(name).data_class is DataClass.K0 else secret
            target[name] = value
        return open_values, secret

    @property
    def search_keys(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes if attribute.is_search_key)


def _of(name: str, data_class: DataClass, da: str, *attributes: tuple) -> Entity:
    return Entity(name, data_class, da, tuple(Attribute(*attribute) for attribute in attributes))


T, L, DT, D, B, N = Kind.TEXT, Kind.LONG_TEXT, Kind.INSTANT, Kind.DATE, Kind.BOOLEAN, Kind.NUMBER
E, M, R, RS, F, ROWS, SOS = (
    Kind.CODE,
    Kind.CODES,
    Kind.REFERENCE,
    Kind.REFERENCES,
    Kind.FILE,
    Kind.ROWS,
    Kind.BOARD,
)

# --- the family and its case -----------------------------------------------------------------------

_FAMILY = (
    _of(
        "Barn",
        K1,
        "Barn",
        ("navn", T, K1, "Navn"),
        ("cpr", T, K1, "CPR-nummer", True),
        ("foedt", D, K1, "Født"),
        # Address is open by itself (5.2), but may reveal a placement: it is kept as confidential.
        ("adresse", T, K1, "Adresse"),
        ("institution", T, K1, "Skole, dagtilbud eller klub"),
        ("distrikt", E, K0, "Distrikt"),
        ("omraade", E, K0, "Område"),
        ("funktionsnedsaettelse", B, K2, "Funktionsnedsættelse som hovedgrund"),
        ("underretning_id", R, K0, "Først nævnt i underretning"),
        ("familie_id", R, K0, "Familie"),
        ("nr", N, K0, "Nummer i underretningen"),
    ),
    _of(
        "Familie",
        K1,
        "Familie",
        ("medlemmer", ROWS, K1, "Medlemmer"),
        ("foraeldremyndighed", E, K1, "Forældremyndighed"),
        ("bor_sammen", B, K1, "Bor forældrene sammen?"),
        ("bopaelsforaelder", R, K1, "Bopælsforælder"),
        ("soeskende", RS, K1, "Søskende"),
        ("fuldmagter", ROWS, K1, "Fuldmagter"),
        ("boern", RS, K0, "Børn (sagskoder)"),
    ),
    _of(
        "Netvaerksperson",
        K1,
        "Netværksperson",
        ("navn", T, K1, "Navn"),
        ("relation", T, K1, "Relation"),
        ("rolle", T, K1, "Rolle"),
        ("kontakt", T, K1, "Kontakt"),
        ("vil_hjaelpe", L, K1, "Vil hjælpe med"),
    ),
    _of(
        "Sag",
        K1,
        "Sag",
        ("barn_id", R, K0, "Barn"),
        ("familie_id", R, K0, "Familie"),
        ("kendskabsdato", D, K0, "Kendskabsdato"),
        ("kendskabsdato_begrundelse", L, K2, "Begrundelse for ændret kendskabsdato"),
        ("status", E, K0, "Status"),
        ("team", E, K0, "Team"),
        ("sagsbehandler", R, K0, "Sagsbehandler"),
        ("stedfortraeder", R, K0, "Stedfortræder"),
        ("omraade", E, K0, "Område"),
        ("distrikt", E, K0, "Distrikt"),
        ("regelsaet", E, K0, "Regelsæt"),
        ("regelsaet_version", T, K0, "Regelsættets version"),
        ("underretninger", RS, K0, "Underretninger"),
        ("journalnr", T, K0, "Journalnummer"),
        ("funktionsnedsaettelse", B, K2, "Funktionsnedsættelse som hovedgrund"),
        ("trin", N, K0, "Trin på indsatstrappen"),
        ("aabnet", DT, K0, "Åbnet"),
        ("undersoegelse_i_gang", B, K0, "Undersøgelse i gang"),
        ("undersoegelse_afsluttet", D, K0, "Undersøgelse afsluttet"),
        ("handleplan_godkendt", D, K0, "Handleplan godkendt"),
        ("afsluttet", DT, K0, "Afsluttet"),
        ("flyttet_til", T, K1, "Flyttet til kommune"),
    ),
)

# --- notification, Fronten, team (forms F-A1 to F-C4) ----------------------------------------------

_INTAKE = (
    _of(
        "Underretning",
        K2,
        "Underretning",
        ("modtaget", DT, K0, "Modtaget (dato og klokkeslæt)"),
        ("registreret", DT, K0, "Registreret"),
        ("kanal", E, K0, "Kanal"),
        ("underretter_type", E, K2, "Underretters rolle"),
        ("underretter_anonym", B, K2, "Anonym underretter?"),
        ("underretter_kontakt", T, K2, "Kontaktoplysninger"),
        ("boern", ROWS, K2, "Barn/børn"),
        ("bekymring", L, K2, "Bekymring (underretters egne ord)"),
        ("aftalt_med_familien", E, K2, "Er familien orienteret/enig?"),
        ("begrundelse_ikke_orienteret", L, K2, "Begrundelse"),
        ("umiddelbar_fare", B, K2, "Umiddelbar fare?"),
        ("mistanke_overgreb", B, K2, "Mistanke om overgreb?"),
        ("aeresrelateret", B, K2, "Æresrelateret konflikt/social kontrol?"),
        ("soeskende", E, K2, "Søskende?"),
        ("soeskende_boern", ROWS, K2, "Søskende, som også vurderes"),
        ("soeskende_begrundelse", L, K2, "Begrundelse for ikke at vurdere søskende"),
        ("bilag", F, K2, "Bilag"),
        ("dublet_af", R, K0, "Tillægsunderretning til"),
        ("kvittering_sendt", DT, K0, "Kvittering sendt"),
        ("kvittering_ikke_mulig", B, K0, "Kvittering ikke mulig"),
        ("sager", RS, K0, "Sager"),
        ("status", E, K0, "Status"),
        ("vurderet", DT, K0, "Vurderet"),
        ("akut", B, K0, "Akut"),
        ("resultat", E, K0, "Resultat"),
        ("kilde", E, K0, "Modtaget gennem"),
        ("kommune", T, K1, "Videresendt til kommune"),
        ("registreret_sent", B, K0, "Registreret senere end tilladt efter modtagelsen"),
    ),
    _of(
        "Risikovurdering",
        K2,
        "24-timers vurdering",
        ("underretning_id", R, K0, "Underretning"),
        ("tavle", SOS, K2, "Bekymringer / Det der fungerer / Det vi vil se ske"),
        ("fare_sundhed_udvikling", B, K2, "Er sundhed eller udvikling i fare?"),
        ("akut", E, K0, "Akut indsats nødvendig?"),
        ("barnets_udsagn", L, K2, "Barnets udsagn"),
        ("tidligere_underretninger", RS, K0, "Tidligere underretninger"),
        ("foraeldre_orienteres", E, K2, "Forældre orienteres nu?"),
        ("begrundelse", L, K2, "Begrundelse"),
        ("vurderet_af", R, K0, "Vurderet af"),
        ("vurderet", DT, K0, "Vurderet"),
        ("resultat", E, K0, "Resultat (D-08)"),
    ),
    _of(
        "AkutIndsats",
        K2,
        "Akut indsats",
        ("underretning_id", R, K0, "Underretning"),
        ("handling", L, K2, "Iværksat handling"),
        ("kontaktet", M, K2, "Kontaktet (politi, sygehus, vagtleder...)"),
        ("barnets_opholdssted", T, K2, "Barnets opholdssted"),
        ("samtykke", E, K2, "Samtykke foreligger?"),
        ("foreloebig_afgoerelse", B, K2, "Foreløbig afgørelse?"),
        ("tidspunkt", DT, K0, "Tidspunkt"),
    ),
    _of(
        "Tildeling",
        K1,
        "Tildeling",
        ("team", E, K0, "Team"),
        ("sagsbehandler", R, K0, "Gennemgående rådgiver"),
        ("sagstal", N, K0, "Aktuelt sagstal"),
        ("sagstal_farve", E, K0, "Sagstallets farve (D-07)"),
        ("godkendelse_over_graense", L, K1, "Lederbegrundelse ved overskridelse"),
        ("godkendt_af", R, K0, "Godkendt af"),
        ("tildelt", DT, K0, "Tildelt"),
    ),
    _of(
        "Rolleafklaring",
        K2,
        "Rolleafklaring",
        ("rolle_familieteam", L, K2, "Familieteamets rolle"),
        ("rolle_forebyggende", L, K2, "Forebyggende rådgivers rolle"),
        ("familien_kender_roller", B, K1, "Er familien orienteret?"),
    ),
    _of(
        "Undersoegelsesbeslutning",
        K2,
        "Beslutning om undersøgelse",
        ("undersoegelse", E, K0, "Iværksættes børnefaglig undersøgelse?"),
        ("begrundelse", L, K2, "Begrundelse"),
        ("besluttet", D, K0, "Besluttet"),
    ),
    _of(
        "Forebyggelse",
        K2,
        "Forebyggende indsats i distriktet",
        ("underretning_id", R, K0, "Første underretning"),
        ("underretninger", RS, K0, "Underretninger"),
        ("kendskabsdato", D, K0, "Kendskabsdato ved modtagelsen"),
        ("modtaget", DT, K0, "Modtaget i distriktet"),
        ("omsorgssituation", L, K2, "Barnets samlede omsorgssituation"),
        ("tavle", SOS, K2, "Tavle"),
        ("aftaler", ROWS, K2, "Aftaler"),
        ("opfoelgningsdato", D, K0, "Opfølgningsdato"),
        ("underretning_vejledt", B, K2, "Vejledt om underretning"),
        ("resultat", L, K2, "Hvad er opnået"),
        ("udfald", E, K0, "Udfald"),
        ("underretning_maade", E, K0, "Hvem underretter"),
        ("aftalt_med_familien", E, K2, "Er familien orienteret/enig?"),
        ("bekymring", L, K2, "Bekymring"),
        ("underretter_kontakt", T, K2, "Kontaktoplysninger"),
        ("ny_underretning_id", R, K0, "Ny underretning"),
        ("opfulgt", DT, K0, "Senest fulgt op"),
        ("status", E, K0, "Status"),
    ),
    _of(
        "Sagsbehandlerskift",
        K1,
        "Skift af rådgiver",
        ("fra", R, K0, "Tidligere rådgiver"),
        ("ny", R, K0, "Ny rådgiver"),
        ("aarsag", E, K0, "Årsag"),
        ("overlevering", L, K2, "Overlevering"),
        ("familie_informeret", D, K1, "Familien informeret"),
        ("skiftet", DT, K0, "Skiftet"),
    ),
)

# --- examination, plan, measure, follow-up (forms F-D1 to F-G3) ------------------------------------

_CASEWORK = (
    _of(
        "Undersoegelse",
        K2,
        "Børnefaglig undersøgelse",
        ("fokus", L, K2, "Undersøgelsens fokus"),
        ("kilder", ROWS, K2, "Hvem spørges om hvad"),
        ("familiens_bidrag", L, K2, "Familiens eget bidrag"),
        ("frist", D, K0, "Frist"),
        ("tavle", SOS, K2, "Tavle"),
        ("analyse", L, K2, "Faglig analyse"),
        ("barnets_perspektiv", L, K2, "Barnets perspektiv"),
        ("foraeldres_syn", L, K2, "Forældrenes syn"),
        ("netvaerk", L, K2, "Netværkets muligheder"),
        ("konklusion", E, K2, "Konklusion"),
        ("afsluttet", D, K0, "Afsluttet"),
        ("aarsag", L, K2, "Årsag til overskridelse"),
        ("foreloebig", L, K2, "Foreløbig vurdering"),
        ("ny_dato", D, K0, "Forventet afslutning"),
        ("partshoering", L, K2, "Partshøring"),
        ("partshoert", D, K0, "Partshørt"),
        ("ivaerksat", D, K0, "Iværksat"),
        ("dage_for_sent", N, K0, "Dage for sent"),
    ),
    _of(
        "Boernesamtale",
        K2,
        "Samtale med barnet",
        ("dato", D, K0, "Dato"),
        ("gennemfoert", E, K0, "Gennemført?"),
        ("barnets_ord", L, K2, "Barnets egne ord"),
        ("ikke_gennemfoert", L, K2, "Begrundelse hvis ikke"),
        ("deltagere", T, K1, "Til stede"),
    ),
    _of(
        "Udtalelse",
        K2,
        "Udtalelse",
        ("hvem", T, K1, "Hvem"),
        ("undersoegelse_id", R, K0, "Undersøgelse"),
        ("nr", N, K0, "Kilde nr. i undersøgelsesplanen"),
        ("rolle", E, K0, "Rolle"),
        ("indhold", L, K2, "Indhold"),
        ("samtykke", R, K0, "Samtykke"),
        ("modtaget", D, K0, "Modtaget"),
        ("bilag", F, K2, "Bilag"),
    ),
    _of(
        "Handleplan",
        K2,
        "Handleplan",
        ("maal", ROWS, K2, "Mål: område / mål / hvad vi vil se / dato"),
        ("formaal", L, K2, "Formål med foranstaltningen"),
        ("barnets_oensker", L, K2, "Barnets ønsker"),
        ("uden_hjaelp", L, K2, "Hvad skal være på plads, for at barnet klarer sig uden hjælp?"),
        ("overtager", T, K1, "Hvem bærer videre"),
        ("naeste_trin", E, K0, "Næste lavere trin"),
        ("forventet_exit", D, K0, "Forventet afslutning"),
        ("familie_deltog_ikke", L, K2, "Hvorfor familien ikke deltog"),
        ("familie_deltog", B, K2, "Har barn, familie eller netværk deltaget?"),
        ("godkendt", D, K0, "Godkendt"),
        ("godkendt_af", R, K0, "Godkendt af"),
        ("revision", N, K0, "Revision"),
        ("status", E, K0, "Status"),
    ),
    _of(
        "Maal",
        K2,
        "Mål",
        ("handleplan_id", R, K0, "Handleplan"),
        ("omraade", E, K2, "Område"),
        ("maal", L, K2, "Mål"),
        ("tegn", L, K2, "Hvad vi vil se"),
        ("maaldato", D, K0, "Måldato"),
        ("status", E, K2, "Status"),
    ),
    _of(
        "Foranstaltning",
        K2,
        "Foranstaltning",
        ("type", E, K2, "Foranstaltning"),
        ("trin", N, K0, "Trin på indsatstrappen"),
        ("slaegt_netvaerk", L, K2, "Afsøgning af slægt og netværk"),
        # Until councils and consents are records of their own, people describe them here in words.
        ("raad", R, K2, "Det Kreative Råd"),
        ("uden_for_kommunen", B, K0, "Uden for kommunen?"),
        ("samtykke", R, K2, "Samtykke"),
        ("begrundelse", L, K2, "Begrundelse"),
        ("start", D, K0, "Start"),
        ("varighed", D, K0, "Forventet varighed"),
        ("meddelt", D, K0, "Meddelt barn/ung og forældre"),
        ("besluttet", D, K0, "Besluttet"),
        ("regelsaet", M, K0, "Regelsæt for opfølgning"),
        ("regelsaet_begrundelse", L, K2, "Begrundelse for valgt opfølgning"),
        ("status", E, K0, "Status"),
        ("slut", D, K0, "Slut"),
        ("slutaarsag", E, K0, "Afsluttet som"),
        ("forlaenget_til", D, K0, "Forlænget til"),
        ("leverandoer", R, K0, "Leverandør"),
        ("behandlingsplan", L, K2, "Leverandørens behandlingsplan"),
        ("behandlingsplan_modtaget", D, K0, "Behandlingsplan modtaget"),
        ("paataenkt", E, K2, "Påtænkt foranstaltning"),
        ("art", E, K0, "Anbringelse eller forebyggende"),
        ("akut_grund", L, K2, "Akut grund til ikke at vente på rådet"),
        ("samtykke_indehaver", E, K1, "Forældremyndighedsindehavers svar"),
        ("ung_samtykker", B, K1, "Skal den unge selv samtykke?"),
        ("samtykke_ung", E, K1, "Den unges svar"),
        ("samtykke_form", E, K0, "Skriftligt/mundtligt"),
        ("samtykke_givet", DT, K0, "Samtykke givet"),
        ("nedtrapningsplan", L, K2, "Plan for nedtrapning"),
        ("naeste_trin", E, K0, "Næste lavere trin"),
        ("nedtrapning_dato", D, K0, "Forventet dato for nedtrapning"),
    ),
    _of(
        "Trinskift",
        K2,
        "Skift af trin",
        ("foranstaltning_id", R, K0, "Foranstaltning"),
        ("fra", N, K0, "Fra trin"),
        ("til", N, K0, "Til trin"),
        ("hvorfor", L, K2, "Begrundelse"),
        ("forsoegt_lavere", L, K2, "Hvad er forsøgt lavere"),
        ("forlaenget_til", D, K0, "Forlænget til"),
    ),
    _of(
        "Overgangsplan",
        K2,
        "Den gode overgang",
        ("foranstaltning_id", R, K0, "Foranstaltning"),
        ("virker", L, K2, "Hvad virker, og skal fortsætte"),
        ("modtager", T, K1, "Ny kontaktperson/indsats"),
        ("overlap", D, K0, "Overlap til"),
        ("familiens_syn", L, K2, "Familiens syn"),
    ),
    _of(
        "Opfoelgning",
        K2,
        "Opfølgning",
        ("foranstaltning_id", R, K0, "Foranstaltning"),
        ("nr", N, K0, "Nummer"),
        ("tid", DT, K0, "Tidspunkt"),
        ("deltagere", RS, K1, "Deltagere"),
        ("leverandoerstatus_frist", D, K0, "Frist for leverandørstatus"),
        ("leverandoerstatus", L, K2, "Leverandørens status"),
        ("frist", D, K0, "Frist"),
        ("regel", E, K0, "Regel"),
        ("afholdt", D, K0, "Afholdt"),
        ("tavle", SOS, K2, "Tavle"),
        ("maalstatus", ROWS, K2, "Mål opfyldt?"),
        ("nedtrapning", E, K2, "Kan indsatsen trappes ned nu?"),
        ("naeste_trin", E, K0, "Næste lavere trin"),
        ("slutaarsag", E, K0, "Hvorfor foranstaltningen ophører"),
        ("barnets_ord", L, K2, "Barnets egne ord"),
        ("exit", L, K2, "Exitstrategi opdateret"),
        ("beslutning", E, K0, "Beslutning"),
        ("naeste", D, K0, "Næste opfølgning"),
        ("naeste_begrundelse", L, K2, "Begrundelse for næste opfølgning"),
    ),
    _of(
        "Leverandoerstatus",
        K2,
        "Leverandørens behandlingsplan og status",
        ("foranstaltning_id", R, K0, "Foranstaltning"),
        ("opfoelgning_id", R, K0, "Opfølgning"),
        ("behandlingsplan", L, K2, "Behandlingsplan"),
        ("status", L, K2, "Status på mål"),
        ("forslag", L, K2, "Forslag"),
        ("bekymringer", L, K2, "Bekymringer"),
    ),
    _of(
        "SoSTavle",
        K2,
        "Fælles tavle",
        ("tavle", SOS, K2, "Tavle"),
        ("uenighed", L, K2, "Uenighed"),
        ("udskrift", B, K0, "Udskrift til forældre"),
    ),
    _of(
        "Forumraad",
        K2,
        "Råd fra tværprofessionelt forum",
        ("spoergsmaal", L, K2, "Spørgsmål til forum"),
        ("deltagere", T, K1, "Deltagere"),
        ("grundlag", E, K0, "Samtykke/anonym"),
        ("raad", L, K2, "Råd"),
    ),
    _of(
        "Visitation",
        K2,
        "Visitation",
        ("spor", N, K0, "Spor"),
        ("afgoerelse", E, K0, "Visiteret/afslag"),
        ("skoledel", E, K0, "Skoledel"),
        ("behandlingsdel", E, K0, "Behandlingsdel"),
        ("ressourceperson", R, K1, "Ressourcepædagog"),
        ("begrundelse", L, K2, "Begrundelse"),
    ),
    _of(
        "Kontaktnotat",
        K2,
        "Kontaktnotat",
        ("foranstaltning_id", R, K0, "Foranstaltning"),
        ("tid", DT, K0, "Tidspunkt"),
        ("form", E, K0, "Form"),
        ("indhold", L, K2, "Indhold"),
    ),
    _of(
        "Notat",
        K2,
        "Notat",
        ("type", E, K0, "Type"),
        ("indhold", L, K2, "Indhold"),
        ("kilde", E, K0, "Kilde"),
        ("skrevet", DT, K0, "Skrevet"),
    ),
)

# --- meetings, consent, disclosure -----------------------------------------------------------------

_MEETINGS = (
    _of(
        "Moede",
        K2,
        "Møde",
        ("slags", E, K0, "Slags møde"),
        ("type", E, K0, "Type"),
        ("omraade", E, K0, "Område"),
        ("distrikt", E, K0, "Distrikt"),
        ("dato", D, K0, "Dato"),
        ("tid", DT, K0, "Tidspunkt"),
        ("frontpersonale", RS, K0, "Frontpersonale"),
        ("forebyggende", RS, K0, "Forebyggende socialrådgiver"),
        ("familieteam", RS, K0, "Familieteam"),
        ("vikar", T, K1, "Stedfortræder"),
        ("indkalder", R, K0, "Indkalder"),
        ("moedeleder", R, K0, "Mødeleder"),
        ("referent", R, K0, "Referent"),
        ("inviterede", RS, K0, "Inviterede"),
        ("til_stede", RS, K0, "Til stede"),
        ("metode", E, K0, "Metode"),
        ("referat", L, K2, "Referat"),
        ("formaal", L, K2, "Formål"),
        ("deltagere", ROWS, K1, "Deltagere aftalt med familien"),
        ("fravalgt", L, K2, "Fravalgt af familien"),
        ("aftaler", ROWS, K2, "Aftaler"),
        ("ingen_opgave", B, K0, "Ingen opgave"),
        ("lokale_muligheder", L, K2, "Lokale muligheder"),
        ("anbefaling", L, K2, "Anbefaling"),
        ("anbefalet_trin", N, K0, "Anbefalet trin"),
        ("status", E, K0, "Status"),
    ),
    _of(
        "Dagsordenspunkt",
        K2,
        "Dagsordenspunkt",
        ("moede_id", R, K0, "Møde"),
        ("underretning_id", R, K0, "Underretning"),
        ("barn_id", R, K0, "Barn"),
        ("emne", T, K2, "Emne"),
        ("identificerbart_barn", B, K0, "Drejer det sig om et genkendeligt barn?"),
        ("nr", N, K0, "Nummer på dagsordenen"),
        ("akut", B, K0, "Akut"),
        ("udfald", E, K0, "Videre forløb"),
        ("begrundelse", L, K2, "Begrundelse"),
        ("kendskabsdato", D, K0, "Dato for kendskab til bekymringen"),
        ("informerer_familie", R, K0, "Hvem informerer familien"),
        ("omraade", E, K0, "Område (Nord/Midt/Syd/Handicap)"),
        ("uenighed", L, K2, "Uenighed"),
        ("udskudt_begrundelse", L, K2, "Begrundelse for udskydelse"),
        ("underretninger", RS, K0, "Underretninger i punktet"),
        ("familie_id", R, K0, "Familie"),
        ("modtaget", DT, K0, "Ældste underretning modtaget"),
        ("vurderet", DT, K0, "Vurderet"),
        ("afgjort", DT, K0, "Afgjort"),
        ("status", E, K0, "Status"),
    ),
    _of(
        "Aftale",
        K2,
        "Aftale",
        ("moede_id", R, K0, "Møde"),
        ("hvad", L, K2, "Hvad"),
        ("hvem", RS, K0, "Hvem"),
        ("tovholder", R, K0, "Tovholder"),
        ("frist", D, K0, "Frist"),
        ("afproevning", B, K0, "Afprøvning"),
        ("status", E, K0, "Status"),
    ),
    _of(
        "Samtykke",
        K1,
        "Samtykke",
        ("formaal", T, K1, "Formål"),
        ("oplysningstyper", M, K1, "Typer af oplysninger"),
        ("modtagere", RS, K1, "Modtagere"),
        ("afgiver", R, K1, "Afgiver"),
        ("egenskab", E, K1, "Egenskab"),
        ("svar", E, K1, "Svar"),
        ("form", E, K0, "Skriftligt/mundtligt"),
        ("givet", DT, K0, "Givet"),
        ("gyldigt_til", D, K0, "Gyldigt til"),
        ("gentaget", B, K1, "Gentaget for afgiver"),
        ("dokument", F, K1, "Dokument"),
        ("tilbagekaldt", DT, K0, "Tilbagekaldt"),
        ("status", E, K0, "Status"),
    ),
    _of(
        "Videregivelse",
        K1,
        "Videregivelse",
        ("hvad", L, K1, "Hvad"),
        ("til", T, K1, "Til hvem"),
        ("grundlag", R, K0, "Grundlag"),
        ("tidspunkt", DT, K0, "Tidspunkt"),
        ("af", R, K0, "Af hvem"),
    ),
)

ENTITIES: Mapping[str, Entity] = {
    entity.name: entity for entity in (*_FAMILY, *_INTAKE, *_CASEWORK, *_MEETINGS)
}


def entity(name: str) -> Entity:
    """The entity of that name; raises NotFound."""
    try:
        return ENTITIES[name]
    except KeyError:
        raise NotFound("entity", name) from None


def targets() -> Iterable[str]:
    """Every `<Entity>.<attribute>` that a form field may aim at, for the deploy check."""
    return (f"{each.name}.{attribute.name}" for each in ENTITIES.values() for attribute in each.attributes)

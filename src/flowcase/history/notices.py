"""The fixed sentences behind the codes of notices: what was told, never whom it was about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flowcase.cases.civil_time import COPENHAGEN
from flowcase.history.deadline_names import quoted

# code -> (Danish, English)
SENTENCES: Mapping[str, tuple[str, str]] = {
    "anonymitet_ikke_reel": (
        "en kollega vurderer, at barnet kan genkendes; det kan ikke drøftes anonymt",
        "a colleague finds that the child can be recognised; it cannot be discussed anonymously",
    ),
    "akut_ivaerksat": ("der er handlet akut", "acute action was taken"),
    "akut_vending": ("et barn er meldt i akut fare", "a child was reported to be in acute danger"),
    "anbringelse_brudt_sammen": (
        "en anbringelse er brudt sammen",
        "a placement has broken down",
    ),
    "dagsmoede_beslutning": ("dagsmødet har besluttet", "the daily meeting has decided"),
    "dagsordenspunkt_for_gammelt": (
        "et punkt har ventet for længe på dagsmødet",
        "an item has waited too long for the daily meeting",
    ),
    "dokument_afvist": (
        "et dokument, du har lagt op, blev afvist af virusscanningen",
        "a document that you added was declined by the virus scan",
    ),
    "konto_adgangskode_sat": (
        "en anden har givet dig en ny adgangskode; var det ikke aftalt, så sig det til driften",
        "somebody else has given you a new password; if that was not agreed, tell your operators",
    ),
    "konto_adgangskode_skiftet": (
        "din adgangskode er skiftet; var det ikke dig, så sig det til driften",
        "your password was changed; if that was not you, tell your operators",
    ),
    "konto_mailadresse_skiftet": (
        "din mailadresse i flowcase er skiftet; var det ikke dig, så sig det til driften",
        "your mail address in flowcase was changed; if that was not you, tell your operators",
    ),
    "konto_ny_browser": (
        "din konto er brugt i en browser, den ikke er brugt i før; var det ikke dig, så sig det til driften",
        "your account was used in a browser that it was not used in before; if that was not you, tell your "
        "operators",
    ),
    "konto_totrin_fjernet": (
        "totrinslogin er slået fra for din konto; var det ikke aftalt, så sig det til driften",
        "the second factor of your account was taken away; if that was not agreed, tell your operators",
    ),
    "konto_totrin_sat": (
        "totrinslogin er slået til for din konto; var det ikke dig, så sig det til driften",
        "a second factor was added to your account; if that was not you, tell your operators",
    ),
    "kommentar_naevnt": ("du er nævnt i en kommentar", "you were mentioned in a comment"),
    "forebyggende_opfulgt": (
        "der er fulgt op på den forebyggende plan",
        "the preventive plan was reviewed",
    ),
    "gennemsyn_bedt": (
        "en procesejer beder om gennemsyn af en kladde i studiet",
        "a process owner asks for the review of a draft in the studio",
    ),
    "gennemsyn_godkendt": (
        "din kladde i studiet er godkendt og kan sættes i drift",
        "your draft in the studio was approved and can be put into force",
    ),
    "gennemsyn_sendt_tilbage": (
        "din kladde i studiet er sendt tilbage med en begrundelse",
        "your draft in the studio was sent back with a reason",
    ),
    "flytning_venter": (
        "en flytning af kørende forløb venter på, at en anden procesejer sætter den i gang",
        "the move of running flows waits for another process owner to let it run",
    ),
    "giv_familien_kontakt": (
        "giv familien dit navn og din direkte kontakt",
        "give the family your name and direct contact",
    ),
    "henvisning_mangler_materiale": (
        "udvalget mangler materiale til henvisningen",
        "the committee misses material for the referral",
    ),
    "henvisning_modtaget": ("der er en ny henvisning", "there is a new referral"),
    "henvisning_venter": (
        "en henvisning venter på afgørelse",
        "a referral awaits its decision",
    ),
    "handling_meldt_tilbage": (
        "resultatet af en tværfaglig handling er meldt tilbage",
        "the result of a cross-professional action was reported",
    ),
    "henvendelse_i_sag": ("en henvendelse om dit barn i sagen", "a contact about the child of your case"),
    "ikke_tildelt": ("sagen er ikke tildelt i tide", "the case was not allocated in time"),
    "informer_familien": ("du informerer familien", "you inform the family"),
    "kontrakt_forhandles": ("en kontrakt venter på jeres svar", "a contract awaits your answer"),
    "kontrakt_ikke_indgaaet": ("der bliver ikke indgået en kontrakt", "no contract was concluded"),
    "kontrakt_ophaevet": ("en kontrakt er ophævet", "a contract was cancelled"),
    "kontrakt_underskrevet": (
        "en kontrakt er underskrevet af begge parter",
        "a contract was signed by both parties",
    ),
    "kontraktbrud_afgjort": (
        "et brud på en kontrakt er afgjort; kontrakten fortsætter",
        "a breach of a contract was decided; the contract goes on",
    ),
    "kontraktbrud_meldt": (
        "der er meldt brud på en kontrakt eller på underretningspligten",
        "a breach of contract or of the duty to notify was reported",
    ),
    "konference_aflyst": ("konferencen er aflyst", "the conference was cancelled"),
    "konference_ikke_holdt": (
        "konferencen er endnu ikke holdt",
        "the conference was not held yet",
    ),
    "konferencepunkt_foreslaaet": (
        "der er foreslået et punkt til konferencen",
        "an item was proposed for the conference",
    ),
    "konferencepunkt_afvist": (
        "lederen har sagt nej til dit punkt til konferencen",
        "the leader has turned down your item for the conference",
    ),
    "konferencepunkt_afvist_genkendeligt": (
        "dit punkt kommer ikke på konferencen, fordi barnet kan genkendes",
        "your item does not go to the conference because the child can be recognised",
    ),
    "konferencepunkt_droeftet": (
        "dit punkt er drøftet på konferencen",
        "your item was discussed at the conference",
    ),
    "konferencepunkt_lukket": ("dit punkt er lukket", "your item was closed"),
    "konferencepunkt_trukket": (
        "dit punkt er taget af konferencens liste",
        "your item was taken off the list of the conference",
    ),
    "konferencer_planlagt": (
        "konferencerne er sat i kalenderen",
        "the conferences are in the calendar",
    ),
    "leder_samme_dag": ("leder ser på sagen samme dag", "a leader looks at it the same day"),
    "moede_aflyst": ("et møde, du er inviteret til, er aflyst", "a meeting you were invited to is cancelled"),
    "moede_deltager_faldt_fra": (
        "en deltager er ikke længere inviteret, fordi samtykket mangler",
        "a participant is no longer invited because consent is missing",
    ),
    "moede_flyttet": ("et møde, du er inviteret til, er flyttet", "a meeting you were invited to has moved"),
    "moede_indkaldelse": ("du er inviteret til et møde", "you are invited to a meeting"),
    "moede_invitation_trukket": (
        "din invitation til et møde er trukket tilbage",
        "your invitation to a meeting was withdrawn",
    ),
    "moede_referat": (
        "referat og aftaler fra et møde er klar",
        "minutes and agreements of a meeting are ready",
    ),
    "netvaerksindsats.afvist": (
        "den unge er ikke i målgruppen for netværksindsatsen",
        "the young person is not in the target group of the network effort",
    ),
    "netvaerksindsats.haendelse": (
        "der er sket noget under netværksindsatsen",
        "something happened during the network effort",
    ),
    "netvaerksindsats.leder_nej": (
        "lederen sagde nej til netværksindsatsen",
        "the leader turned the network effort down",
    ),
    "netvaerksindsats.sag_lukket": (
        "sagen blev lukket, før netværksindsatsen begyndte",
        "the case was closed before the network effort began",
    ),
    "netvaerksindsats.til_naevn": (
        "Ungdomskriminalitetsnævnet er kompetent",
        "the youth crime board has competence",
    ),
    "mentor.match_slut": (
        "et match er slut; mentoren er ledig igen",
        "a match has ended; the mentor is free again",
    ),
    "mentor.udtraadt": ("en mentor er trådt ud", "a mentor has left"),
    "mentor.ung_afvist": (
        "den foreslåede unge får ikke en mentor",
        "the young person proposed gets no mentor",
    ),
    "mentor.ung_venter": ("en ung venter på en mentor", "a young person waits for a mentor"),
    "politik.rapport": (
        "der er en rapport om resultater og mål",
        "there is a report on results and goals",
    ),
    "projekt.rapport": ("en projektevaluering er klar", "a project evaluation is ready"),
    "raadgivning.forebyggende": (
        "en åben rådgivning peger på en forebyggende indsats",
        "an open advice points to preventive work",
    ),
    "strategi.status": (
        "årsstatus på forebyggelsesstrategien er klar",
        "the yearly status of the prevention strategy is ready",
    ),
    "vagt.ikke_taget": (
        "ingen har taget underretningen uden for åbningstid",
        "nobody has taken the notification outside office hours",
    ),
    "vagt.tildelt": ("du har fået en vagt", "you have been given a duty"),
    "vagt.underretning": (
        "en underretning er kommet uden for åbningstid",
        "a notification came outside office hours",
    ),
    "noedadgang": (
        "nogen har åbnet en sag med nødadgang",
        "somebody has opened a case in an emergency",
    ),
    "ny_underretning_i_sag": ("ny underretning i din sag", "a new notification in your case"),
    "opgave_bortfaldet": (
        "en opgave, du havde, er bortfaldet, fordi driften greb ind i forløbet",
        "a task that you had has lapsed because an operator intervened in its process",
    ),
    "opgave_givet_tilbage": (
        "du har fået en opgave tilbage, som en kollega havde",
        "you have been given back a task that a colleague had",
    ),
    "opgave_taget_tilbage": (
        "en opgave, du hjalp med, er taget tilbage",
        "a task that you helped with has been taken back",
    ),
    "opgave_til_dig": ("du har fået en opgave", "you have been given a task"),
    "opgave_uddelegeret": (
        "en kollega beder dig løse en del af en opgave og give den tilbage",
        "a colleague asks you to do a part of a task and give it back",
    ),
    "overgang_ansvar": ("du leder en overgang", "you are responsible for a transition"),
    "overgang_slut": ("en overgang er afsluttet", "a transition has ended"),
    "overgang_uden_modtager": (
        "dagen for en overgang er passeret uden modtager",
        "the day of a transition has passed without a receiver",
    ),
    "plejefamilie_akut": (
        "et barn er anbragt akut i en netværksfamilie",
        "a child was placed with a network family at once",
    ),
    "plejefamilie_ikke_egnet": (
        "en plejefamilie er ikke fundet egnet",
        "a foster family was not found suitable",
    ),
    "raadgiver_skiftet": ("sagen har fået ny rådgiver", "the case has a new caseworker"),
    "raadgiver_tildelt": ("sagen har fået en rådgiver", "the case has a caseworker"),
    "sag_til_nyt_omraade": (
        "familien er flyttet til dit område",
        "the family has moved to your area",
    ),
    "sagstal_fuld": (
        "rådgiveren har nået grænsen for sager",
        "the caseworker has reached the limit of cases",
    ),
    "ressourcepaedagog_valgt": (
        "PPR har valgt dig som ressourcepædagog i en sag",
        "PPR has chosen you as resource pedagogue in a case",
    ),
    "samtykke_afslaaet": ("der er sagt nej til samtykke", "consent was refused"),
    "samtykke_bortfaldet": ("et samtykke er bortfaldet", "a consent has lapsed"),
    "samtykke_delvist": ("samtykket dækker en del", "the consent covers a part"),
    "samtykke_givet": ("samtykket er givet", "consent was given"),
    "samtykke_intet_svar": ("der kom intet svar om samtykke", "no answer came about consent"),
    "samtykke_mangler_svar": (
        "der er endnu ikke svaret på samtykke",
        "consent has not been answered yet",
    ),
    "samtykke_tilbagekaldt": ("et samtykke er trukket tilbage", "a consent was withdrawn"),
    "samtykke_udloebet": ("et samtykke er udløbet", "a consent has expired"),
    "sen_registrering": (
        "underretningen blev registreret sent",
        "the notification was registered late",
    ),
    "standardkontrakt_i_kraft": (
        "en standardkontrakt er trådt i kraft",
        "a standard contract has come into force",
    ),
    "standardkontrakt_opsagt": (
        "en standardkontrakt er opsagt; den gælder til sin sidste dag",
        "notice was given to end a standard contract; it applies until its last day",
    ),
    "standardkontrakt_ophoert": (
        "en standardkontrakt er ikke længere i kraft",
        "a standard contract is no longer in force",
    ),
    "stedfortraeder_aendret": (
        "rådgiverens sidste fraværsdag er ændret",
        "the last day of the caseworker's absence was changed",
    ),
    "stedfortraeder_slut": (
        "rådgiverens fravær er slut",
        "the caseworker's absence has ended",
    ),
    "stedfortraeder_sat": (
        "sagen har en stedfortræder",
        "the case has a deputy",
    ),
    "til_anden_kommune": (
        "den nye kommune har overtaget sagen",
        "the new municipality has taken over the case",
    ),
    "tabelaendring_anbefalet": (
        "en ændring af en beslutningstabel er anbefalet",
        "a change of a decision table is recommended",
    ),
    "til_forebyggende": (
        "en bekymring er gået tilbage til distriktet",
        "a concern went back to the district",
    ),
    "udvalg_delt": (
        "en kollega har delt et udvalg af opgaver med dig; det står på Mine opgaver",
        "a colleague has shared a list of tasks with you; it stands on My tasks",
    ),
    "umiddelbar_fare_meldt": ("umiddelbar fare er meldt", "immediate danger was reported"),
    "underretning_vurderet": ("underretningen er vurderet", "the notification was assessed"),
    "undersoegelse_ikke_faerdig": (
        "undersøgelsen er endnu ikke færdig",
        "the examination is not finished yet",
    ),
    "visitation_afgjort": ("visitationen er afgjort", "the allocation is decided"),
}

# What the shared process of deadlines tells, followed by the deadline's rule: `frist_paamindelse.T04`
OF_A_DEADLINE: Mapping[str, tuple[str, str]] = {
    "frist_paamindelse": ("en frist nærmer sig", "a deadline is near"),
    "frist_overskredet": ("en frist er overskredet", "a deadline has passed"),
}
_ENDS = {
    "frist_paamindelse": ("senest {when}", "due {when}"),
    "frist_overskredet": ("den var senest {when}", "it was due {when}"),
}
_END_OF_DAY = dt.time(23, 59, 59)


def words(code: str, language: str, *, due_at: dt.datetime | None = None) -> str:
    """The sentence of a code; an unknown code says itself.

    `due_at` is when the deadline ended as it was told; notices from before that was kept have none.
    """
    is_english = language == "en"
    beginning, _, rule = code.partition(".")
    if beginning not in OF_A_DEADLINE or not rule:
        return SENTENCES.get(code, (code, code))[is_english]
    said = f"{OF_A_DEADLINE[beginning][is_english]}: {quoted(rule, 'en' if is_english else 'da')}"
    if due_at is None:
        return said
    return f"{said}, {_ENDS[beginning][is_english].format(when=_when(due_at, is_english=is_english))}"


def is_of_a_deadline(code: str) -> bool:
    beginning, _, rule = code.partition(".")
    return beginning in OF_A_DEADLINE and bool(rule)


def _when(due_at: dt.datetime, *, is_english: bool) -> str:
    """The day alone where the whole of it is left (C2, C3)."""
    local = due_at.astimezone(COPENHAGEN)
    day = f"{local.day}.{local.month}.{local.year}"
    if local.time().replace(microsecond=0) == _END_OF_DAY:
        return day
    return f"{day} {local:%H:%M}" if is_english else f"{day} kl. {local:%H.%M}"

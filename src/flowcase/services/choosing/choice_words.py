"""What choices that are people or records say beside a name, in Danish; the catalogue knows its English."""

from __future__ import annotations

from flowcase.services.forms.form_sentences import Said
from flowcase.services.staffing.absences import Absence

AWAY = "fraværende til og med {last}, stedfortræder: {deputy}"
AWAY_FROM = "fraværende fra {first} til og med {last}, stedfortræder: {deputy}"
AWAY_ALONE = "fraværende til og med {last}"
AWAY_ALONE_FROM = "fraværende fra {first} til og med {last}"
ONE_CASE = "{name}: {count} sag, {after} efter tildelingen"
CASES = "{name}: {count} sager, {after} efter tildelingen"
RECEIVED = "Modtaget {day}"
CONTRACT_UNTIL = "{name}, til {day}"
CONTRACT_ABOUT = "{name}: {measure}, fra {day}"
PARENTS = "Forældrene"
CHILD = "Barnet/den unge"
WAITS_SINCE = "{name}: venter siden {day}"
WAITS_TOO_LONG = "{name}: venter siden {day} (forrang, har ventet for længe)"
ONE_MATCH = "{name}: {count} match"
MATCHES = "{name}: {count} matches"
COUNCIL_WITHOUT_STEP = "{day}, intet trin anbefalet"
COUNCIL_WITH_STEP = "{day}, trin {step} anbefalet"
MEASURE = "Trin {step} fra {day}"
CONSENT = "{giver}: {purpose}, givet {day}"
CONSENT_WITHDRAWN = "{giver}: {purpose}, givet {day}, trukket tilbage {withdrawn}"
CONSENT_FOR = "{giver}: {purpose} ({recipients}), givet {day}"
CONSENT_FOR_WITHDRAWN = "{giver}: {purpose} ({recipients}), givet {day}, trukket tilbage {withdrawn}"
CONSENT_TO_COME = "Ikke givet endnu: forløbet beder om det"
NO_CONSENT_TO_SOURCE = "Ikke nødvendigt: skriv hvorfor"
TO_MEASURE = "foranstaltning ({measure})"
WRITTEN_ON_MEASURE = "{giver}: svaret, som blev skrevet på foranstaltningen"
BY_COMMITTEE = "Uden samtykke, efter børne- og ungeudvalgets afgørelse"
NO_CONSENT_NEEDED = "Samtykke kræves ikke på foranstaltningens trin"
SSD_COURSE = "Bekymring nr. {number}: {count} møder holdt"
SSD_COURSE_OF_ONE = "Bekymring nr. {number}: {count} møde holdt"
NEW_CONCERN = "En ny bekymring"

_WITH = "{name} ({words})"


def away_words(absence: Absence, deputy: str | None) -> Said:
    """The days of an absence, that is or will be, and who stands in, by name, where anybody does."""
    if deputy is None:
        alone = AWAY_ALONE if absence.is_under_way else AWAY_ALONE_FROM
        return Said(alone, first=absence.first, last=absence.last)
    words = AWAY if absence.is_under_way else AWAY_FROM
    return Said(words, first=absence.first, last=absence.last, deputy=deputy)


def with_words(name: str, words: str | None) -> str:
    """A name, in brackets followed by these words where there are some."""
    return Said(_WITH, name=name, words=words) if words else name

"""What a deadline of the timer catalogue (domain specification, section 0.7) is about."""

from __future__ import annotations

from collections.abc import Mapping

# rule -> (Danish, English)
DEADLINE_NAMES: Mapping[str, tuple[str, str]] = {
    "T01": ("Vurdering af underretning", "Assessment of a notification"),
    "T02": ("Kvittering til underretter", "Receipt to the notifier"),
    "T03": ("Frontens dagsmøde", "Daily meeting of Fronten"),
    "T04": ("Børnefaglig undersøgelse", "Examination of the child"),
    "T05": ("Første opfølgning", "First follow-up"),
    "T06": ("Næste opfølgning", "Next follow-up"),
    "T07": ("Ophold på institution", "Stay in an institution"),
    "T08": ("Netværksindsats: første status", "Network effort: first status"),
    "T09": ("Netværksindsats: næste status", "Network effort: next status"),
    "T10": ("Netværksindsatsens længde", "Length of the network effort"),
    "T11": ("Eftertjek af kriminalitet", "Later check of crime"),
    "T12": ("Skolekonferencer", "School conferences"),
    "T13": ("Konferencer i dagtilbud og klub", "Conferences of day-care and clubs"),
    "T14": ("Sundhedspersonens samtykke", "Consent for the health professional"),
    "T15": ("Måltjek for mentorer", "Goal check of mentors"),
    "T16": ("Status på forebyggelsesstrategien", "Status of the prevention strategy"),
    "T17": ("Plan for barnet eller den unge", "Plan for the child or young person"),
    "T18": ("Tilsynsbesøg", "Supervisory visit"),
    "T19": ("Opfølgning på kontrakt", "Follow-up of a contract"),
    "T20": ("Aftale", "Agreement"),
    "T21": ("Evaluering af kommissorium", "Evaluation of terms of reference"),
    "T22": ("Mentor venter på et match", "Mentor waits for a match"),
    "T23": ("Revision af beredskaber", "Revision of contingency plans"),
    "RAAD_AKUT": ("Det Kreative Råd efter akut anbringelse", "Council after an acute placement"),
}


def deadline_name(rule: str, language: str) -> str:
    """Empty for a rule that a municipality has added."""
    return DEADLINE_NAMES.get(rule, ("", ""))[language == "en"]


def quoted(rule: str, language: str) -> str:
    """`»Børnefaglig undersøgelse« (T04)`; the rule alone where it has no name."""
    name = deadline_name(rule, language)
    said = f"»{name}«" if language == "da" else f"“{name}”"
    return f"{said} ({rule})" if name else rule

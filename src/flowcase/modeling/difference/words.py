"""A difference in words, Danish first and English on request."""

from __future__ import annotations

import re

from flowcase.modeling.difference.change import Change, Kind, Place

# Word of BPMN, DMN or form-js: (Danish, English). A name that is not here stands as it is.
_SORTS = {
    "process": ("Proces", "Process"),
    "participant": ("Deltager", "Participant"),
    "lane": ("Bane", "Lane"),
    "message": ("Besked", "Message"),
    "error": ("Fejl", "Error"),
    "signal": ("Signal", "Signal"),
    "escalation": ("Eskalering", "Escalation"),
    "task": ("Opgave", "Task"),
    "userTask": ("Brugeropgave", "User task"),
    "serviceTask": ("Serviceopgave", "Service task"),
    "businessRuleTask": ("Beslutning", "Business rule task"),
    "scriptTask": ("Beregning", "Script task"),
    "sendTask": ("Send besked", "Send task"),
    "receiveTask": ("Modtag besked", "Receive task"),
    "callActivity": ("Kaldt proces", "Call activity"),
    "subProcess": ("Delproces", "Sub-process"),
    "startEvent": ("Starthændelse", "Start event"),
    "endEvent": ("Sluthændelse", "End event"),
    "intermediateCatchEvent": ("Ventende hændelse", "Catch event"),
    "intermediateThrowEvent": ("Udsendt hændelse", "Throw event"),
    "boundaryEvent": ("Hændelse på kant", "Boundary event"),
    "exclusiveGateway": ("Valg", "Exclusive gateway"),
    "parallelGateway": ("Samtidig gren", "Parallel gateway"),
    "inclusiveGateway": ("Flere valg", "Inclusive gateway"),
    "eventBasedGateway": ("Valg efter hændelse", "Event gateway"),
    "sequenceFlow": ("Pil", "Flow"),
    "messageFlow": ("Beskedpil", "Message flow"),
    "textAnnotation": ("Note", "Annotation"),
    "decision": ("Tabel", "Table"),
    "businessKnowledgeModel": ("Funktion", "Function"),
    "inputData": ("Oplysning", "Input data"),
    "rows": ("Rækker", "Rows"),
    "row": ("Række", "Row"),
    "field": ("Felt", "Field"),
    "form": ("Formular", "Form"),
    "entry": ("Linje", "Entry"),
}
_ASPECTS = {
    "name": ("navn", "name"),
    "kind": ("slags", "kind"),
    "layout": ("plads", "place"),
    "order": ("rækkefølge", "order"),
    "lane": ("bane", "lane"),
    "within": ("ligger i", "lies in"),
    "sourceRef": ("fra", "from"),
    "targetRef": ("til", "to"),
    "default": ("vej, når intet andet gælder", "default flow"),
    "documentation": ("beskrivelse", "documentation"),
    "conditionExpression": ("betingelse", "condition"),
    "timeDuration": ("varighed", "duration"),
    "timeDate": ("tidspunkt", "instant"),
    "timeCycle": ("gentagelse", "cycle"),
    "taskDefinition": ("handler", "handler"),
    "formDefinition": ("formular", "form"),
    "calledDecision": ("tabel", "decision"),
    "calledElement": ("kaldt proces", "called process"),
    "assignmentDefinition": ("ansvarlig", "assignment"),
    "candidateGroups": ("grupper", "groups"),
    "assignee": ("person", "assignee"),
    "dueDate": ("frist", "due date"),
    "property": ("egenskab", "property"),
    "input": ("ind", "input"),
    "output": ("ud", "output"),
    "header": ("parameter", "header"),
    "source": ("værdi", "value"),
    "value": ("værdi", "value"),
    "label": ("ledetekst", "label"),
    "description": ("hjælpetekst", "description"),
    "required": ("skal udfyldes", "required"),
    "hitPolicy": ("hvilke rækker gælder", "hit policy"),
    "annotation": ("bemærkning", "annotation"),
}
_VERBS = {Kind.ADDED: ("tilføjet", "added"), Kind.REMOVED: ("fjernet", "removed")}
_UNITS = {"maaneder": "måneder", "aar": "år", "doegn": "døgn"}
_LONGEST = 160


def in_words(change: Change, language: str = "da") -> str:
    """One line: what it is about, which side of it, the old value → the new."""
    subject = subject_in_words(change.place, language)
    if not change.aspect:
        if change.old is not None or change.new is not None:
            return f"{subject}: {_values(change, language)}"
        return f"{subject}: {_pick(_VERBS[change.kind], language)}"
    if change.is_layout:
        return f"{subject}: {_pick(('flyttet på tegningen', 'moved on the drawing'), language)}"
    return f"{subject}, {aspect_in_words(change.aspect, language)}: {_values(change, language)}"


def subject_in_words(place: Place, language: str = "da") -> str:
    sort = _pick(_SORTS.get(place.sort, (place.sort, place.sort)), language)
    if place.sort in ("row", "rows"):
        return f"{place.within}, {sort.lower()} {place.name}".rstrip()
    return f"{sort} »{place.name or place.id}«" if language == "da" else f"{sort} “{place.name or place.id}”"


def aspect_in_words(aspect: tuple[str, ...], language: str = "da") -> str:
    if aspect[0] in ("input", "output") and len(aspect) == 2:  # a column is called as it is headed
        return aspect[1]
    said: list[str] = []
    for step in aspect:
        bare, colon, key = step.lstrip("@").partition(":")
        if not bare or (said and bare in ("value", "source", "type", "formId", "decisionId", "processId")):
            continue
        word = _pick(_ASPECTS.get(bare, (bare, bare)), language)
        said.append(f"{word} {key}" if colon else word)
    return ", ".join(said) or _pick(("tekst", "text"), language)


def _values(change: Change, language: str) -> str:
    return f"{_told(change.old, change, language)} → {_told(change.new, change, language)}"


def _told(value: str | None, change: Change, language: str) -> str:
    if value is None:
        return _pick(("(ikke sat)", "(not set)"), language)
    if change.aspect == ("kind",):
        return _pick(_SORTS.get(value, (value, value)), language)
    if value == "":
        return _pick(("(tom)", "(empty)"), language)
    plain = " ".join(value.split())
    if language == "da" and (found := re.fullmatch(r"([\d.]+) (\w+)", plain)):
        plain = f"{found[1]} {_UNITS.get(found[2], found[2])}"
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def _pick(words: tuple[str, str], language: str) -> str:
    return words[0] if language == "da" else words[1]

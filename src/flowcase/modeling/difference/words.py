"""A difference in words, Danish first and English on request; the key beside what people call it."""

from __future__ import annotations

import re

from flowcase.modeling.difference.change import Change, Kind, Place
from flowcase.modeling.difference.dmn import COUNTED, FIELD
from flowcase.modeling.names import (
    codes_in_words,
    condition_in_words,
    decision_name,
    duration_in_words,
    heading_name,
    setting_name,
    unit_name,
    unit_of_setting,
    yes_or_no,
)

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
    "decisionService": ("Beslutningstjeneste", "Decision service"),
    "itemDefinition": ("Type", "Type"),
    "inputColumn": ("Inputkolonne", "Input column"),
    "outputColumn": ("Outputkolonne", "Output column"),
    "columns": ("Kolonner", "Columns"),
    "rows": ("Rækker", "Rows"),
    "row": ("Række", "Row"),
    "field": ("Felt", "Field"),
    "form": ("Formular", "Form"),
    "rule": ("Regel", "Rule"),
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
    "attachedToRef": ("sidder på kanten af", "stands on the edge of"),
    "cancelActivity": ("afbryder", "interrupts"),
    "isInterrupting": ("afbryder", "interrupts"),
    "isExecutable": ("kan køres", "can be run"),
    "triggeredByEvent": ("begynder ved en hændelse", "begins with an event"),
    "isSequential": ("én ad gangen", "one at a time"),
    "multiInstanceLoopCharacteristics": ("gentages for hver", "repeated for each"),
    "standardLoopCharacteristics": ("gentages", "repeated"),
    "loopCharacteristics": ("liste", "list"),
    "loopCondition": ("så længe", "as long as"),
    "completionCondition": ("indtil", "until"),
    "inputCollection": ("liste", "list"),
    "inputElement": ("hver hedder", "each is called"),
    "outputCollection": ("svarene samles i", "answers are gathered in"),
    "outputElement": ("svar fra hver", "answer of each"),
    "messageRef": ("besked", "message"),
    "signalRef": ("signal", "signal"),
    "errorRef": ("fejl", "error"),
    "errorCode": ("fejlkode", "error code"),
    "escalationRef": ("eskalering", "escalation"),
    "escalationCode": ("eskaleringens kode", "escalation code"),
    "subscription": ("hvem beskeden når", "whom the message reaches"),
    "correlationKey": ("hvem beskeden når", "whom the message reaches"),
    "messageId": ("beskedens id", "message id"),
    "timeToLive": ("hvor længe beskeden venter", "how long the message waits"),
    "script": ("udtryk", "expression"),
    "resultVariable": ("svaret gemmes i", "answer kept in"),
    "retries": ("forsøg", "tries"),
    "candidateUsers": ("personer", "people"),
    "taskSchedule": ("hvornår", "when"),
    "followUpDate": ("opfølgning", "follow-up"),
    "priority": ("prioritet", "priority"),
    "priorityDefinition": ("prioritet", "priority"),
    "jobPriorityDefinition": ("jobbets prioritet", "priority of the job"),
    "userTask": ("løses i flowcase", "done in flowcase"),
    "formId": ("formular", "form"),
    "decisionId": ("tabel", "decision"),
    "processId": ("kaldt proces", "called process"),
    "processIdExpression": ("kaldt proces", "called process"),
    "bindingType": ("hvilken udgave", "which version"),
    "versionTag": ("udgavens mærke", "version tag"),
    "propagateAllChildVariables": ("alle svar med tilbage", "hands all answers back"),
    "propagateAllParentVariables": ("alle oplysninger med", "hands everything over"),
    "documentation": ("beskrivelse", "documentation"),
    "conditionExpression": ("betingelse", "condition"),
    "timerEventDefinition": ("tid", "time"),
    "messageEventDefinition": ("besked", "message"),
    "signalEventDefinition": ("signal", "signal"),
    "errorEventDefinition": ("fejl", "error"),
    "escalationEventDefinition": ("eskalering", "escalation"),
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
    "typeRef": ("slags", "type"),
    "expression": ("udtryk", "expression"),
    "allowed": ("tilladte værdier", "allowed values"),
    "defaultOutput": ("svar, når ingen række gælder", "answer when no row applies"),
    "hitPolicy": ("hvilke rækker gælder", "hit policy"),
    "annotation": ("bemærkning", "annotation"),
    "label_en": ("ledetekst på engelsk", "label in English"),
    "description_en": ("hjælpetekst på engelsk", "description in English"),
    "key": ("nøgle", "key"),
    "type": ("slags", "type"),
    "text": ("tekst", "text"),
    "target": ("gemmes i", "kept in"),
    "values": ("valgmulighed", "option"),
    "defaultValue": ("værdi fra start", "default value"),
    "conditional": ("vises", "shown"),
    "hide": ("skjult, når", "hidden when"),
    "minLength": ("mindste længde", "least length"),
    "maxLength": ("største længde", "greatest length"),
    "min": ("mindst", "at least"),
    "max": ("højst", "at most"),
    "readonly": ("kan kun læses", "read only"),
    "dateLabel": ("ledetekst", "label"),
    "timeLabel": ("ledetekst for klokkeslæt", "label of the time"),
    "subtype": ("dato, klokkeslæt eller begge", "date, time or both"),
    "timeInterval": ("minutter mellem klokkeslæt", "minutes between times"),
    "use24h": ("24 timer", "24 hours"),
    "pattern": ("mønster", "pattern"),
    "multiple": ("flere", "several"),
    "searchable": ("kan søges i", "can be searched"),
    "valuesKey": ("valgmuligheder fra", "options from"),
    "allowAddRemove": ("rækker kan lægges til", "rows can be added"),
    "defaultRepetitions": ("rækker fra start", "rows at first"),
    "isRepeating": ("gentages", "repeated"),
    "columns": ("bredde", "width"),
    "row": ("linje", "line"),
    "path": ("samles under", "gathered below"),
    "showOutline": ("ramme", "outline"),
    "refuse": ("hvad afvisningen siger", "what the refusal says"),
    "refuse_en": ("hvad afvisningen siger på engelsk", "what the refusal says in English"),
    "warn": ("hvad advarslen siger", "what the warning says"),
    "warn_en": ("hvad advarslen siger på engelsk", "what the warning says in English"),
    "text_en": ("tekst på engelsk", "text in English"),
    "value_en": ("svar på engelsk", "answer in English"),
    "hjemmel": ("hjemmel", "legal basis"),
    "kilde": ("kilde", "source"),
    "title": ("titel", "title"),
    "version": ("udgave", "version"),
    "in_force_from": ("gælder fra", "in force from"),
    "origin": ("oprindelse", "origin"),
    "statutory": ("lovbestemt", "statutory"),
    "tables": ("tabeller", "tables"),
    "compose": ("sat sammen af", "composed of"),
    "teams": ("teams", "teams"),
}
_VERBS = {Kind.ADDED: ("tilføjet", "added"), Kind.REMOVED: ("fjernet", "removed")}
_SETTING = re.compile(r"\bindstilling\.(\w+)")
_DURATION = re.compile(r"P(?=[\dT])[0-9YMWDTH]+")
_LONGEST = 160


def in_words(change: Change, language: str = "da") -> str:
    """One line: what it is about, which side of it, the old value → the new; its key beside."""
    subject, beside = _subject(change.place, language), _beside(change.place, language)
    if not change.aspect:
        if change.old is not None or change.new is not None:
            return f"{subject}: {_values(change, language)}{beside}"
        return f"{subject}: {_pick(_VERBS[change.kind], language)}{beside}"
    if change.is_layout:
        return f"{subject}: {_pick(('flyttet på tegningen', 'moved on the drawing'), language)}"
    if change.aspect[-1] == COUNTED:  # 6 uger → 5 uger says what it counts
        return f"{subject}: {_values(change, language)}{beside}"
    return f"{subject}, {aspect_in_words(change.aspect, language)}: {_values(change, language)}{beside}"


def place_in_words(place: Place, language: str = "da") -> str:
    """What a change, or a comment, is about; its key beside."""
    return _subject(place, language) + _beside(place, language)


def _subject(place: Place, language: str = "da") -> str:
    sort = _pick(_SORTS.get(place.sort, (place.sort, place.sort)), language)
    if place.sort in ("inputColumn", "outputColumn"):
        name = heading_name(place.name, language)
        called = f"»{name}«" if language == "da" else f"“{name}”"
        return f"{decision_name(place.key, place.within, language)}, {sort.lower()} {called}"
    if place.sort in ("row", "rows", "columns"):
        said = [decision_name(place.key, place.within, language)]
        said += [condition_in_words(text, heading, language) for heading, text in place.conditions]
        if len(said) == 1:
            said.append(f"{sort.lower()} {place.name}".rstrip())
        return ", ".join(said)
    if place.sort == "setting":
        name = setting_name(place.within, language)
        return f"{name} › {place.name}" if place.name else name
    if place.sort == "rule":
        parts = place.name.split(" › ") if place.name else []
        return ", ".join(
            (f"{sort} {place.within}", *(_pick(_ASPECTS.get(each, (each, each)), language) for each in parts))
        )
    if place.sort == "entry" and place.id in _ASPECTS:
        said_so = _pick(_ASPECTS[place.id], language)
        return said_so[:1].upper() + said_so[1:]
    name = place.name or place.id
    if place.sort == "decision":
        name = decision_name(place.id, place.name, language)
    return f"{sort} »{name}«" if language == "da" else f"{sort} “{name}”"


def _beside(place: Place, language: str) -> str:
    """How the file calls it, in brackets; nothing where its name says so already."""
    if place.sort == "row":
        row = f"{_pick(_SORTS['row'], language).lower()} {place.name}"
        return f" ({place.key}, {row})" if place.conditions else f" ({place.key})"
    return f" ({place.key})" if place.key and place.sort != "rule" else ""


def aspect_in_words(aspect: tuple[str, ...], language: str = "da") -> str:
    if aspect[0] in ("input", "output") and len(aspect) == 2:  # a column is called as it is headed
        return heading_name(aspect[1], language)
    said: list[str] = []
    for step in aspect:
        bare, colon, key = step.lstrip("@").partition(":")
        if not bare or (said and bare in ("value", "source", "type", "formId", "decisionId", "processId")):
            continue
        word = _pick(_ASPECTS.get(bare, (bare, bare)), language)
        said.append(f"{word} {key}" if colon else word)
    return ", ".join(said) or _pick(("tekst", "text"), language)


def column_in_words(path: str, column: str, language: str = "da") -> str:
    """Of a table, or of the list of a form's fields, side by side with another version."""
    if not path.endswith(".form"):
        return heading_name(column, language)
    said = aspect_in_words((column.rpartition(".")[2],), language)
    return said[:1].upper() + said[1:]


def _values(change: Change, language: str) -> str:
    return f"{_told(change.old, change, language)} → {_told(change.new, change, language)}"


def _told(value: str | None, change: Change, language: str) -> str:
    if value is None:
        return _pick(("(ikke sat)", "(not set)"), language)
    if change.aspect == ("kind",):
        return _pick(_SORTS.get(value, (value, value)), language)
    if value == "":
        return _pick(("(tom)", "(empty)"), language)
    plain = _with_words(" ".join(value.split()), change, language)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def _with_words(plain: str, change: Change, language: str) -> str:
    """Units, durations, yes and no, and settings that an expression names."""
    if plain in ("true", "false"):
        return yes_or_no(plain, language)
    is_of_codes = change.place.sort == "row" and change.aspect[-1].casefold() != FIELD
    if is_of_codes and (said := codes_in_words(plain, language)):
        return said
    if found := re.fullmatch(r"([\d.]+) (\w+)", plain):
        return f"{found[1]} {unit_name(found[2], language)}"
    if change.place.sort == "setting" and re.fullmatch(r"-?[\d.]+", plain):
        unit = unit_of_setting(change.place.within)
        return f"{plain} {unit_name(unit, language)}" if unit and unit != "date" else plain
    if _DURATION.fullmatch(plain) and (words := duration_in_words(plain, language)):
        return f"{words} ({plain})"
    named = {key: setting_name(key, language) for key in _SETTING.findall(plain)}
    beside = ", ".join(f"{key}: {name}" for key, name in named.items())
    return f"{plain} [{beside}]" if beside else plain


def _pick(words: tuple[str, str], language: str) -> str:
    return words[0] if language == "da" else words[1]

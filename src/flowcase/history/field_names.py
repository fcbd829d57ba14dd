"""What people call the values of an event that auditors are shown: ids, codes, times and counts."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.cases.entities.names import attribute_name

# field of an event -> (Danish, English)
FIELD_NAMES: Mapping[str, tuple[str, str]] = {
    "act": ("Hvad", "What"),
    "assignee": ("Person", "Person"),
    "attempt": ("Forsøg", "Try"),
    "batch": ("Handling på mange forløb", "Batch"),
    "candidate_groups": ("Tilbudt til", "Offered to"),
    "code": ("Kode", "Code"),
    "days_late": ("Dage for sent", "Days late"),
    "deadline": ("Fristens id", "Id of the deadline"),
    "decision": ("Tabel", "Table"),
    "deployment": ("Idriftsættelse", "Deployment"),
    "due_at": ("Senest", "Due"),
    "end_elements": ("Sluttede ved", "Ended at"),
    "entity": ("Slags oplysning", "Sort of record"),
    "events": ("Antal hændelser", "Events"),
    "export": ("Eksportens id", "Id of the export"),
    "file": ("Fil", "File"),
    "format": ("Format", "Format"),
    "groups": ("Grupper", "Groups"),
    "instances": ("Antal forløb", "Instances"),
    "kind": ("Slags", "Kind"),
    "migration": ("Flytning", "Move"),
    "name": ("Navn", "Name"),
    "notification": ("Underretning", "Notification"),
    "nr": ("Nummer", "Number"),
    "operation": ("Handling", "Operation"),
    "outcome": ("Udfald", "Outcome"),
    "page": ("Side", "Page"),
    "person": ("Person", "Person"),
    "reason": ("Begrundelse", "Reason"),
    "received_at": ("Modtaget", "Received"),
    "record": ("Oplysningens id", "Id of the record"),
    "review": ("Gennemsyn", "Review"),
    "rule": ("Regel", "Rule"),
    "rule_set": ("Regelsæt", "Rule set"),
    "rule_set_version": ("Regelsættets version", "Version of the rule set"),
    "rules": ("Regler, der slog til", "Rules that hit"),
    "seconds_late": ("Sekunder for sent", "Seconds late"),
    "sha256": ("Kontrolsum", "Checksum"),
    "source": ("Kilde", "Source"),
    "step": ("Trin", "Step"),
    "target": ("Til", "To"),
    "text": ("Besked", "Notice"),
}


def field_name(name: str, language: str) -> str:
    """Also of an attribute of a record (`Sag.status`), which is called as its form calls it."""
    owner, _, attribute = name.partition(".")
    if attribute:
        return attribute_name(owner, attribute, language)
    return FIELD_NAMES.get(name, (name, name))[language == "en"]

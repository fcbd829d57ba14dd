"""The table of what takes over from what: its rows, what was chosen in it, and why a pair cannot work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from flowcase.modeling.migration_mapping import alike
from flowcase.services.operating.migrations import MappingRefused, Proposal
from flowcase.services.operating.move_verdicts import Reason
from flowcase.web.words.move_words import in_words


def chosen_pairs(proposal: Proposal) -> dict[str, str | None]:
    """What the form chose for each element of the old version that it asked about; None: nothing."""
    return {
        id: request.form[f"til-{id}"] or None for id in proposal.old.elements if f"til-{id}" in request.form
    }


def refusals(refused: MappingRefused, proposal: Proposal) -> list[str]:
    """Why each pair cannot work, in words."""
    return [
        in_words(Reason(each.code, each.source, each.target), proposal.old, proposal.new)
        for each in refused.wrong
    ]


def mapping_rows(proposal: Proposal, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    """Elements where instances wait first, then those that found nothing, then the rest."""
    rows = []
    for id, element in proposal.old.elements.items():
        choices = [
            (other.id, other.name or other.id)
            for other in proposal.new.elements.values()
            if alike(element, other)
        ]
        chosen = mapping.get(id, "")
        rows.append(
            {
                "id": id,
                "name": element.name or id,
                "waiting": proposal.waiting.get(id, 0),
                "choices": sorted(choices, key=lambda each: each[1].casefold()),
                "chosen": chosen,
                "how": _how(id, chosen, proposal),
            }
        )
    return sorted(rows, key=lambda row: (not row["waiting"], bool(row["chosen"]), row["how"] == "id"))


def _how(id: str, chosen: str, proposal: Proposal) -> str:
    """By what the proposal found it: id, name or structure; else by hand."""
    if not chosen:
        return "nothing"
    if proposal.mapping.get(id) != chosen:
        return "hand"
    if id == chosen:
        return "id"
    return "name" if proposal.old.elements[id].name == proposal.new.elements[chosen].name else "structure"

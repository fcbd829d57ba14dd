"""What a move does to an instance, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flowcase.modeling.definition import ProcessDefinition
from flowcase.services.operating.move_verdicts import Reason
from flowcase.web.language import gettext
from flowcase.web.words.presenting import instant

# Danish sentences by code; `element` is the element's name, `detail` what it is about.
REASONS: Mapping[str, str] = {
    "no_successor": "»{element}« findes ikke i den nye udgave; vælg, hvad der afløser den",
    "other_kind": "»{element}« ville blive en anden slags element",
    "other_event": "»{element}« ville vente på en anden slags hændelse",
    "other_loop": "»{element}« gentages på en anden måde i den nye udgave",
    "other_sub_process": "»{element}« ligger i et andet delforløb i den nye udgave",
    "job_in_flight": "arbejdet i »{element}« er bestilt og er et andet i den nye udgave; vent på det",
    "no_flow": "ingen vej fører til »{element}« som den, forløbet kom ad",
    "join_would_wait": "»{element}« ville vente på en gren, der aldrig er begyndt",
    "cannot_be_computed": "»{element}« kan ikke regnes ud: {detail}",
    "suspended": "det er sat på pause; genoptag det først",
    "ended": "det er slut",
    "other_version": "det følger allerede en anden udgave",
    "gone_on": "det er gået videre siden",
    "fault": "en fejl i systemet; forløbet er, som det var, og driften kan se fejlen i loggen",
    "sealed_elsewhere": "det er flyttet til en anden sag siden",
    "erased": "oplysningerne er slettet",
    "conflict": "noget stod i vejen; driften kan se hvad i loggen",
    "timer_recomputed": "timeren »{element}« regnes igen fra, hvor den begyndte: {detail}",
    "timer_added": "timeren »{element}« kommer til: {detail}",
    "timer_stopped": "timeren »{element}« bortfalder",
    "message_awaited": "»{element}« venter på en ny besked",
    "message_dropped": "»{element}« venter ikke længere på sin besked",
    "signal_awaited": "»{element}« venter på et nyt signal",
    "signal_dropped": "»{element}« venter ikke længere på sit signal",
    "task_redrawn": "opgaven »{element}« følger den nye tegning",
    "goes_on": "»{element}« går videre med det samme",
    "unknown_source": "»{element}« findes ikke i den gamle udgave",
    "unknown_target": "»{detail}« findes ikke i den nye udgave",
}

STATUSES: Mapping[str, str] = {
    "planned": "planlagt",
    "running": "i gang",
    "paused": "på pause",
    "done": "færdig",
    "undoing": "tages tilbage",
    "undo_paused": "på pause, mens den tages tilbage",
    "undone": "taget tilbage",
    "waiting": "venter",
    "moved": "flyttet",
    "refused": "kan ikke flyttes",
    "undo_refused": "kan ikke tages tilbage",
}

VERDICTS: Mapping[str, str] = {
    "unchanged": "flytter uændret",
    "changed": "flytter",
    "refused": "kan ikke",
}


def name_of(element: str, *definitions: ProcessDefinition) -> str:
    """What the diagrams call it; its id where they give no name."""
    for definition in definitions:
        found = definition.elements.get(element)
        if found is not None and found.name:
            return found.name
    return element


def in_words(reason: Reason, *definitions: ProcessDefinition) -> str:
    """One reason as a sentence without its full stop."""
    detail = reason.detail
    try:
        detail = instant(dt.datetime.fromisoformat(detail))
    except ValueError:
        detail = name_of(detail, *definitions)
    return gettext(REASONS.get(reason.code, "{detail}")).format(
        element=name_of(reason.element, *definitions), detail=detail
    )

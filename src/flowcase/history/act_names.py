"""What operators, process owners and reviewers did, in words: the `act` of an event."""

from __future__ import annotations

from collections.abc import Mapping

ACT_NAMES: Mapping[str, tuple[str, str]] = {
    # moves to another version, and batches
    "plan": ("planlagt", "planned"),
    "map": ("afløsere rettet", "mapping corrected"),
    "run": ("sat i gang", "begun"),
    "pause": ("sat på pause", "paused"),
    "resume": ("genoptaget", "resumed"),
    "stop": ("stoppet", "stopped"),
    "undo": ("taget tilbage", "undone"),
    # interventions
    "set_variables": ("variabler rettet", "variables corrected"),
    "cancel": ("forløbet afbrudt", "instance cancelled"),
    "retry": ("prøvet igen", "tried again"),
    "edit_and_retry": ("rettet og prøvet igen", "corrected and tried again"),
    "resolve": ("gjort i hånden", "done by hand"),
    "go_back": ("gået tilbage til et tidligere trin", "back to an earlier step"),
    "move_timer": ("ur flyttet", "timer moved"),
    "fire_timer": ("ur udløst", "timer fired"),
    "try_job_now": ("arbejde prøvet nu", "job tried now"),
    "set_job_priority": ("arbejdets prioritet sat", "priority of a job set"),
    "give_back_job": ("arbejde givet tilbage", "job given back"),
    "skip_element": ("trin sprunget over", "step skipped"),
    "cancel_token": ("trin afbrudt", "step cancelled"),
    "move_token": ("flyttet til et andet trin", "moved to another step"),
    # jobs
    "try_now": ("prøvet nu", "tried now"),
    "priority": ("prioritet sat", "priority set"),
    "give_back": ("givet tilbage", "given back"),
    # reviews
    "approved": ("godkendt", "approved"),
    "sent_back": ("sendt tilbage", "sent back"),
    "withdrawn": ("trukket tilbage", "withdrawn"),
    "voided": ("bortfaldet", "voided"),
    "outdated": ("bortfaldet, da en nyere udgave er i drift", "void, since a newer version is in force"),
    "deployed": ("sat i drift", "deployed"),
}


def act_name(code: str, language: str) -> str:
    """The code itself where it has no name."""
    return ACT_NAMES.get(code, (code, code))[language == "en"]

"""What whoever meets a suspended process is told: by whom, when and why, and what a start comes to."""

from __future__ import annotations

from flowcase.services.running.holding import IsSuspended
from flowcase.store.queries.suspensions import SuspensionRow
from flowcase.web.language import gettext
from flowcase.web.words import presenting


def said(row: SuspensionRow, name: str = "") -> str:
    """Who suspended it, when and why, in a sentence for whoever meets it."""
    words = {
        "name": name or row.process,
        "version": row.version,
        "who": presenting.person(row.actor),
        "when": presenting.instant(row.at),
        "reason": row.reason,
    }
    if row.version is None:
        return gettext("»{name}« er sat på pause af {who} {when}: {reason}").format(**words)
    return gettext("»{name}« udgave {version} er sat på pause af {who} {when}: {reason}").format(**words)


def refusal(error: IsSuspended) -> str:
    """What a person is told who wanted to start it."""
    way_out = gettext(
        "Intet er begyndt. Prøv igen, når den er genoptaget, eller spørg den, der satte den på pause."
    )
    return f"{said(error.row, error.name)}. {way_out}"

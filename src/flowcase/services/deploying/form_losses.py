"""What forms no longer ask or offer once files are in force, while diagrams and tables read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowcase.modeling import Finding
from flowcase.modeling.lost_answers import lost_answers
from flowcase.modeling.lost_fields import lost_fields
from flowcase.store import Tx
from flowcase.store.queries import resources


def nothing_drawn() -> Mapping[str, bytes]:
    return {}


def losses_of(
    tx: Tx, files: Mapping[str, bytes], drawn: Callable[[], Mapping[str, bytes]] = nothing_drawn
) -> list[Finding]:
    """Warnings about the forms among these files, which are to take the place of those in force.

    `drawn` gives drafts that are to take the place of other files too, asked for where a field is gone.
    """
    forms = {path: content for path, content in files.items() if path.endswith(".form")}
    rows = {row.path: row for row in resources.files_in_force(tx)} if forms else {}

    def others() -> Mapping[str, bytes]:
        return (
            {path: resources.content(tx, row.hash) or b"" for path, row in rows.items()}
            | dict(drawn())
            | dict(files)
        )

    return [
        finding
        for path, content in forms.items()
        if path in rows
        for lost in (lost_fields, lost_answers)
        for finding in lost(path, resources.content(tx, rows[path].hash) or b"", content, others)
    ]

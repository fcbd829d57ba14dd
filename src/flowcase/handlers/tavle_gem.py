"""`tavle.gem`: a version of the board is done: what changed since the last one, and the words to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.tavle_ny import FILLED
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

COLUMNS = (
    ("bekymringer", "Bekymringer"),
    ("fungerer", "Det der fungerer"),
    ("vil_se_ske", "Det vi vil se ske"),
)
_SAID = "{hvem}: {hvad}"


@handler(
    "tavle.gem",
    da="Gem tavlens version",
    en="Keep the board's version",
    inputs=(Field("tavle_id", "string", "Tavle", "Board"),),
    outputs=(Field("udskrift", "boolean", "Skal den gives til forældrene?", "Is it given to the parents?"),),
    rules=("R-035",),
)
def keep(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Every line keeps its speaker; a line that is gone is told as well as one that is new."""
    id = str(job.inputs["tavle_id"])
    board = case.get("SoSTavle", id)
    before = case.get("SoSTavle", str(board["forrige_id"])) if board["forrige_id"] else None
    changes = compare(before["tavle"] if before else None, board["tavle"]) if before else None
    text = printed(board["tavle"], board["uenighed"])
    values = {"siden_sidst": changes, "udskrift_tekst": text, "udfyldt": case.now, "status": FILLED}
    case.update("SoSTavle", id, values)
    return {"udskrift": board["udskrift"] is True}


def compare(before: Any, now: Any) -> str:
    """What has come and what has gone, column by column; what stands in both is not told."""
    told: list[str] = []
    for column, title in COLUMNS:
        old, new = _lines(before, column), _lines(now, column)
        told += [f"{title}, nyt: {line}" for line in new if line not in old]
        told += [f"{title}, ikke længere: {line}" for line in old if line not in new]
    return "\n".join(told) or "Intet er ændret."


def printed(board: Any, dissent: Any) -> str:
    """The three columns as they are read aloud, with disagreement side by side at the end."""
    parts = ["\n".join([title, *_lines(board, column)]) for column, title in COLUMNS]
    rows = dissent if isinstance(dissent, list) else []
    if rows:
        parts.append(
            "\n".join(["Her ser vi forskelligt på det", *(_SAID.format(**_said(row)) for row in rows)])
        )
    return "\n\n".join(parts)


def _lines(board: Any, column: str) -> Sequence[str]:
    rows = board.get(column) if isinstance(board, Mapping) else None
    return [_SAID.format(**_said(row)) for row in rows or []]


def _said(row: Mapping[str, Value]) -> dict[str, Value]:
    return {"hvem": row.get("hvem") or "Uden navn", "hvad": row.get("hvad") or ""}

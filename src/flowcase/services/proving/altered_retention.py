"""Rows of erasures, and of documents with a day of their own, that say otherwise than the history."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from flowcase.history.retold_retention import Retention
from flowcase.services.proving.altered_row import AlteredRow, compared
from flowcase.store import Tx
from flowcase.store.queries import as_kept

_MADE_UP = "no event proposed it"


def find(tx: Tx, told: Retention, erased_cases: Collection[str]) -> Iterator[AlteredRow]:
    proposals, here = dict(told.proposals), as_kept.erasures(tx)
    for id, proposal in proposals.items():
        has_all = proposal.status == "approved" and not any(
            "waiting" in each for each in proposal.items.values()
        )
        if has_all and id in here and here[id].status == "done":  # written down behind the last of them
            proposals[id] = dataclasses.replace(proposal, status="done")
    yield from compared("erasure", here, proposals, made_up=_MADE_UP)
    kept = as_kept.document_periods(tx)
    named = {each.document for each in (*kept.values(), *told.periods.values())}
    erased = as_kept.erased_documents(tx, sorted(named))
    said = {}
    for id, period in told.periods.items():
        is_over = period.document in erased
        if period.case_code in erased_cases:  # with its documents: which of them went alone is not known
            is_over = id in kept and kept[id].status == "done"
        is_done = period.status == "approved" and is_over
        said[id] = dataclasses.replace(period, status="done") if is_done else period
    yield from compared("document period", kept, said, made_up=_MADE_UP)

"""Rows of erasures, and of documents with a day of their own, that say otherwise than the history."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.history.retold_retention import Retention
from flowcase.services.altered_row import AlteredRow, is_same
from flowcase.store import Tx
from flowcase.store.queries import as_kept


def find(tx: Tx, told: Retention) -> Iterator[AlteredRow]:
    proposals, here = dict(told.proposals), as_kept.erasures(tx)
    for id, proposal in proposals.items():
        has_all = proposal.status == "approved" and not any(
            "waiting" in each for each in proposal.items.values()
        )
        if has_all and id in here and here[id].status == "done":  # written down behind the last of them
            proposals[id] = dataclasses.replace(proposal, status="done")
    yield from _compared("erasure", here, proposals)
    kept = as_kept.document_periods(tx)
    named = {each.document for each in (*kept.values(), *told.periods.values())}
    erased, erased_cases = as_kept.erased_documents(tx, sorted(named)), as_kept.erased_cases(tx)
    said = {}
    for id, period in told.periods.items():
        is_over = period.document in erased
        if period.case_code in erased_cases:  # with its documents: which of them went alone is not known
            is_over = id in kept and kept[id].status == "done"
        is_done = period.status == "approved" and is_over
        said[id] = dataclasses.replace(period, status="done") if is_done else period
    yield from _compared("document period", kept, said)


def _compared(sort: str, kept: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[AlteredRow]:
    for id in sorted(kept.keys() | told.keys()):
        if id not in told:
            yield AlteredRow(sort, id, "no event proposed it")
        elif id not in kept:
            yield AlteredRow(sort, id, "is gone")
        else:
            names = [each.name for each in dataclasses.fields(told[id])]
            other = [name for name in names if not is_same(getattr(kept[id], name), getattr(told[id], name))]
            if other:
                yield AlteredRow(sort, id, f"{', '.join(other)} is not what the history tells")

"""Erasures that are proposed, and the closed cases that one may be proposed for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.retention_tables import erasure_item, erasure_proposal
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class ClosedCase:
    """What retention asks of a case: codes and days."""

    code: str
    closed_at: dt.datetime
    outcome: str | None
    team: str | None


@dataclass(frozen=True)
class ProposalRow:
    id: str
    reason: str
    status: str
    proposed_at: dt.datetime
    proposed_by: str
    decided_at: dt.datetime | None
    decided_by: str | None


@dataclass(frozen=True)
class ItemRow:
    proposal: str
    case_code: str
    document_class: str
    status: str
    because: str | None


def closed_cases(tx: Tx) -> list[ClosedCase]:
    """Closed and not erased, those that were closed first at the top."""
    table = tables.case_file
    statement = (
        select(table.c.code, table.c.closed_at, table.c.outcome, table.c.team)
        .where(table.c.closed_at.is_not(None), table.c.erased_at.is_(None))
        .order_by(table.c.closed_at, table.c.code)
    )
    return [made(ClosedCase, row) for row in tx.rows(statement)]


def proposals(tx: Tx, *, status: str | None = None, limit: int | None = None) -> list[ProposalRow]:
    """Newest first."""
    statement = select(erasure_proposal).order_by(
        erasure_proposal.c.proposed_at.desc(), erasure_proposal.c.id.desc()
    )
    if status is not None:
        statement = statement.where(erasure_proposal.c.status == status)
    return [made(ProposalRow, row) for row in tx.rows(statement.limit(limit))]


def proposal(tx: Tx, id: str) -> ProposalRow | None:
    return made_or_none(ProposalRow, tx.first(select(erasure_proposal).where(erasure_proposal.c.id == id)))


def items(tx: Tx, ids: Sequence[str], *, status: str | None = None) -> list[ItemRow]:
    """The cases of these proposals by code."""
    statement = (
        select(erasure_item).where(erasure_item.c.proposal.in_(ids)).order_by(erasure_item.c.case_code)
    )
    if status is not None:
        statement = statement.where(erasure_item.c.status == status)
    return [made(ItemRow, row) for row in tx.rows(statement)]


def waiting_cases(tx: Tx) -> set[str]:
    """Codes of the cases that a proposal waits for, or is still to be carried out for."""
    statement = (
        select(erasure_item.c.case_code)
        .join(erasure_proposal, erasure_proposal.c.id == erasure_item.c.proposal)
        .where(erasure_proposal.c.status.in_(("waiting", "approved")), erasure_item.c.status == "waiting")
    )
    return {row.case_code for row in tx.rows(statement)}

"""Comments on a case and its user tasks; who is named in one with @ gets a notice that holds no words of it.

A comment is a record of class K2: sealed under the case's key, and shown to those whose work the family's
confidential data are, and to who may work on the user task it was written under.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_work_on
from flowcase.cases.typed_text import cleaned
from flowcase.errors import Erased, Forbidden, InvalidValues, NotFound
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.entitled import case_access, confidentiality, supplier_scope
from flowcase.services.entitled.candidates import check_candidate, existing, is_candidate
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, people, records
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.user_tasks import UserTaskRow

ENTITY = "Kommentar"
NOTICE, TEXT = "kommentar", "kommentar_naevnt"
LONGEST = 5000  # characters
_MENTION = re.compile(r"(?<![\w.@])@([a-z0-9][a-z0-9._-]{0,59})", re.IGNORECASE)


@dataclass(frozen=True)
class Comment:
    id: str
    text: str
    mentions: tuple[str, ...]
    user_task: str | None
    by: str | None
    at: dt.datetime | None


class Comments:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, open_work: OpenWork) -> None:
        self._transactions, self._open_work = transactions, open_work

    def add(self, text: str, *, case: str, user_task: str | None = None, actor: Actor) -> str:
        """Write a comment; its id. Who is named in it and may see the case gets a notice.

        Raises InvalidValues for no text, too much, or a name that nobody who may see it has; NotFound,
        Forbidden, and Erased.
        """
        text = cleaned(text)

        def work(tx: Tx) -> str:
            row = case_access.existing(tx, case)
            if row.erased_at is not None:
                raise Erased("case", case)
            if user_task is not None:
                task = existing(tx, user_task)
                check_candidate(tx, task, actor, "comment on")
                if task.case_code != case:
                    raise NotFound("user task", user_task)
            elif not confidentiality.is_close(actor, row):
                raise Forbidden(f"comment on case '{case}'", "its work is not theirs")
            if not text or len(text) > LONGEST:
                problem = "Skriv en kommentar." if not text else "Kommentaren er for lang."
                raise InvalidValues("comment", {"kommentar": [problem]})
            mentions = _mentioned(tx, text, row, user_task)
            tx.stream(row.stream)
            case_work = self._open_work(tx, case=case)
            values: dict[str, Any] = {
                "tekst": text,
                "naevnt": list(mentions),
                "skrevet_af": actor.id,
                "skrevet": tx.now,
            }
            if user_task is not None:
                values["opgave"] = user_task
            added = case_work.create(ENTITY, values, case)
            told = [person for person in mentions if person != actor.id]
            if told:
                case_work.notify(kind=NOTICE, text=TEXT, people=told, case=case)
            return added

        return self._transactions.run(actor, work)

    def of_case(self, case: str, *, user_task: str | None = None, actor: Actor) -> list[Comment]:
        """Oldest first: to who is close to the case all, to who may work on the user task those of it."""

        def work(tx: Tx) -> list[Comment]:
            row = case_files.case(tx, case)
            if row is None or row.erased_at is not None:
                return []
            sees_all = confidentiality.is_close(actor, row)
            task = existing(tx, user_task) if user_task else None
            if not sees_all and (task is None or not is_candidate(tx, task, actor)):
                return []
            return [
                _comment(each.id, each.values)
                for each in records.records(tx, entity=ENTITY, case=case)
                if sees_all or each.open.get("opgave") == user_task
            ]

        return self._transactions.read(work)

    def readers(
        self, among: Sequence[PersonRow], *, case: str, user_task: str | None = None
    ) -> list[PersonRow]:
        """Those of these people whom a comment there may name; on a case also who is named on it."""

        def work(tx: Tx) -> list[PersonRow]:
            row = case_files.case(tx, case)
            if row is None:
                return []
            found = {each.id: each for each in among}
            if user_task is None and (missing := {*row.caseworkers} - {None, *found}):
                found |= {each.id: each for each in people.people(tx, ids=filter(None, missing))}
            task = existing(tx, user_task) if user_task else None
            return [each for each in found.values() if _may_be_named(tx, row, task, each)]

        return self._transactions.read(work)


def _mentioned(tx: Tx, text: str, row: case_files.CaseRow, user_task: str | None) -> Sequence[str]:
    """Ids of the people that the text names. Raises InvalidValues for one who may not see it."""
    found: dict[str, None] = {}
    for name in dict.fromkeys(match[1].rstrip(".-_").lower() for match in _MENTION.finditer(text)):
        person = people.person(tx, name)
        if person is None or not _is_somebody(person):
            raise InvalidValues("comment", {"kommentar": [UNKNOWN_PERSON]})
        task = existing(tx, user_task) if user_task else None
        if not _may_be_named(tx, row, task, person):
            raise InvalidValues("comment", {"kommentar": [NOT_THEIRS]})
        found[person.id] = None
    return tuple(found)


def _is_somebody(person: PersonRow) -> bool:
    return person.is_active and person.kind == "person"


def _may_be_named(tx: Tx, row: case_files.CaseRow, task: UserTaskRow | None, person: PersonRow) -> bool:
    """Whether the person would see the comment; the case's deputy is close to it, so is not asked for."""
    if not _is_somebody(person):
        return False
    named = Actor(person.id, groups=frozenset(person.groups))
    is_close = confidentiality.is_close(named, row)
    if is_close or task is None:
        return is_close
    return named.id == task.owner or may_work_on(
        supplier_scope.scoped(tx, task, named),
        assignee=task.assignee,
        candidate_groups=task.candidate_groups,
        candidate_users=task.candidate_users,
    )


UNKNOWN_PERSON = "Et navn efter @ kendes ikke. Brug kollegaens brugernavn, for eksempel @karen.fp."
NOT_THEIRS = "En, du nævner, må ikke se kommentaren. Fjern navnet, eller tal med din leder."


def _comment(id: str, values: Any) -> Comment:
    return Comment(
        id,
        str(values.get("tekst") or ""),
        tuple(values.get("naevnt") or ()),
        values.get("opgave"),
        values.get("skrevet_af"),
        values.get("skrevet"),
    )

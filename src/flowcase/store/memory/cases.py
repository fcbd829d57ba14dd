"""Shelves of cases and their records, with the indexes that questions across cases need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from flowcase.cases import events as case_events
from flowcase.store.queries.absences import AbsenceRow
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.records import RecordRow
from flowcase.values import Value

_FACTS = {"status": "status", "team": "team", "sagsbehandler": "caseworker"}


class Now(Protocol):
    """Who knows the instant of what is going on."""

    now: dt.datetime


class CaseShelves:
    """Cases and records."""

    tx: Now

    def __init__(self) -> None:
        self.cases: dict[str, CaseRow] = {}
        self.records: dict[str, RecordRow] = {}
        self._records_by: dict[tuple[str, str], dict[str, None]] = {}
        self._newest_number: dict[str, str] = {}

    # --- cases -------------------------------------------------------------------------------------

    def case_files_case(self, code: str) -> CaseRow | None:
        return self.cases.get(code)

    def case_files_of_codes(self, codes: Sequence[str]) -> list[CaseRow]:
        return [self.cases[code] for code in sorted(set(codes)) if code in self.cases]

    def case_files_cases(
        self,
        *,
        status: str | None = None,
        team: str | None = None,
        caseworker: str | None = None,
        is_open: bool | None = None,
        limit: int | None = None,
        **_: Any,
    ) -> list[CaseRow]:
        found = [
            row
            for row in self.cases.values()
            if (status is None or row.status == status)
            and (team is None or row.team == team)
            and (caseworker is None or row.caseworker == caseworker)
            and (is_open is None or (row.closed_at is None) == is_open)
        ]
        return found[::-1][:limit]

    def case_files_assigned(self) -> list[tuple[str, str, str | None]]:
        return [
            (row.code, row.caseworker, row.status)
            for row in self.cases.values()
            if row.closed_at is None and row.caseworker is not None
        ]

    def case_files_newest_code(self, prefix: str) -> str | None:
        return self._newest_number.get(prefix)

    def open_case(self, stream: str, instance: Any, event: case_events.CaseOpened) -> None:
        now = self.tx.now
        row = CaseRow(
            event.case,
            stream,
            event.child,
            None,
            None,
            None,
            event.rule_set,
            event.rule_set_version,
            dict(event.facts),
            1,
            now,
            now,
            None,
            None,
            None,
        )
        columns: dict[str, Any] = {column: event.facts.get(fact) for fact, column in _FACTS.items()}
        self.cases[event.case] = replace(row, **columns)
        self._newest_number[event.case.rpartition("-")[0] + "-"] = event.case

    def set_fact(self, stream: str, instance: Any, event: case_events.CaseFactSet) -> None:
        row = self.cases[event.case]
        changes: dict[str, Any] = {"facts": {**row.facts, event.name: event.value}}
        if event.name in _FACTS:
            changes[_FACTS[event.name]] = event.value
        self.cases[event.case] = replace(row, **changes, version=row.version + 1)

    def close_case(self, stream: str, instance: Any, event: case_events.CaseClosed) -> None:
        row = self.cases[event.case]
        self.cases[event.case] = replace(row, closed_at=self.tx.now, outcome=event.outcome)

    def reopen_case(self, stream: str, instance: Any, event: case_events.CaseReopened) -> None:
        row = self.cases[event.case]
        self.cases[event.case] = replace(row, closed_at=None, outcome=None)

    # --- records -----------------------------------------------------------------------------------

    def records_record(self, id: str) -> RecordRow | None:
        return self.records.get(id)

    def records_records(
        self,
        *,
        entity: str | None = None,
        case: str | None = None,
        stream: str | None = None,
        k0: Mapping[str, Value] | None = None,
        limit: int | None = None,
    ) -> list[RecordRow]:
        if case is not None:
            ids: Iterable[str] = self._records_by.get(("case", case), ())
        elif stream is not None:
            ids = self._records_by.get(("stream", stream), ())
        elif entity is not None:
            ids = self._narrowest(entity, k0 or {})
        else:
            ids = self.records
        wanted = k0 or {}
        found = []
        for id in ids:
            row = self.records[id]
            if (
                (entity is None or row.entity == entity)
                and (stream is None or row.stream == stream)
                and all(row.open.get(name) == value for name, value in wanted.items())
            ):
                found.append(row)
        return found[:limit]

    def _narrowest(self, entity: str, k0: Mapping[str, Value]) -> Iterable[str]:
        """Records of an entity by their status, which across cases is what is asked for."""
        status = k0.get("status")
        if isinstance(status, str):
            return list(self._records_by.get((f"status of {entity}", status), ()))
        return self._records_by.get(("entity", entity), ())

    def records_records_of(self, entities: Sequence[str], *, case: str) -> list[RecordRow]:
        return [row for row in self.records_records(case=case) if row.entity in entities]

    def records_records_in(self, entities: Sequence[str], streams: Sequence[str]) -> list[RecordRow]:
        return [
            row for each in streams for row in self.records_records(stream=each) if row.entity in entities
        ]

    def records_records_with(self, entity: str, attribute: str, text: str) -> list[RecordRow]:
        ids = self._records_by.get((f"{attribute} of {entity}", text), {})
        return [self.records[id] for id in reversed(ids)]

    def absences_not_ended(self, *, entity: str, under_way: str) -> list[AbsenceRow]:
        return [
            AbsenceRow(row.case_code, row.open)
            for row in self.records_records(entity=entity)
            if row.case_code is not None and row.open.get("status") in (None, under_way)
        ]

    def create_record(self, stream: str, instance: Any, event: case_events.RecordCreated) -> None:
        self._put_record(
            RecordRow(
                event.record,
                event.entity,
                stream,
                event.case,
                dict(event.open),
                dict(event.secret),
                False,
                1,
                self.tx.now,
                self.tx.now,
            ),
            event.search,
        )

    def _put_record(self, row: RecordRow, search: Mapping[str, str]) -> None:
        self.records[row.id] = row
        index = self._records_by
        index.setdefault(("entity", row.entity), {})[row.id] = None
        index.setdefault(("stream", row.stream), {})[row.id] = None
        if row.case_code is not None:
            index.setdefault(("case", row.case_code), {})[row.id] = None
        status = row.open.get("status")
        if isinstance(status, str):
            index.setdefault((f"status of {row.entity}", status), {})[row.id] = None
        for attribute, text in search.items():
            index.setdefault((f"{attribute} of {row.entity}", text), {})[row.id] = None

    def update_record(self, stream: str, instance: Any, event: case_events.RecordUpdated) -> None:
        row = self.records[event.record]
        if event.case is not None and event.case != row.case_code:
            self._records_by.setdefault(("case", event.case), {})[row.id] = None
        before, after = row.open.get("status"), event.open.get("status", row.open.get("status"))
        if before != after:
            if isinstance(before, str):
                self._records_by[(f"status of {row.entity}", before)].pop(row.id, None)
            if isinstance(after, str):
                self._records_by.setdefault((f"status of {row.entity}", after), {})[row.id] = None
        self.records[event.record] = RecordRow(
            row.id,
            row.entity,
            row.stream,
            event.case or row.case_code,
            {**row.open, **event.open},
            {**row.secret, **event.secret} if event.secret else row.secret,
            False,
            row.version + 1,
            row.created_at,
            self.tx.now,
        )

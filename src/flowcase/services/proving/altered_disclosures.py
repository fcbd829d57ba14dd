"""Rows of guest links and access reports that say otherwise than the history, found some cases at a time.

What the events of these cases tell is compared and forgotten before the next ones are looked at: memory does
not grow with their number. Of an erased case nothing tells any more; its access reports are gone with it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowcase.errors import FlowcaseError
from flowcase.history import retold_disclosures
from flowcase.history.retold_disclosures import Disclosures
from flowcase.services.meetings.guest_links import keyed_hash, open_address
from flowcase.services.proving.altered_row import AlteredRow, differing
from flowcase.store import Tx
from flowcase.store.queries import as_kept_disclosures as queries
from flowcase.store.queries import history
from flowcase.store.queries.as_kept_disclosures import Kept, KeptCase, Sealed

_KINDS = [each.__name__ for each in retold_disclosures.KINDS]
_SORTS = tuple(retold_disclosures.TOLD)
_LINK, _REPORT, _CHOICE = _SORTS
_GONE, _MADE_UP = "is gone", "no event led to it"

Subject = tuple[str, str]  # sort and id of a row


def find(tx: Tx) -> Iterator[AlteredRow]:
    """The sorts in order; within each, rows by id."""
    search = _Search(tx)
    for page in queries.cases(tx):
        search.compare(page)
    search.tell_what_was_moved()
    for subject in queries.of_no_case(tx):
        search.found[subject] = "belongs to a case that does not exist"
    for sort, id in sorted(search.found, key=lambda each: (_SORTS.index(each[0]), each[1])):
        yield AlteredRow(sort, id, search.found[sort, id])


@dataclass
class _Search:
    tx: Tx
    found: dict[Subject, str] = field(default_factory=dict)
    gone: set[Subject] = field(default_factory=set)
    made_up: set[Subject] = field(default_factory=set)

    def compare(self, page: list[KeptCase]) -> None:
        """What is kept of these cases with what their streams tell."""
        opened = {each.code: each.stream for each in page if each.can_be_opened}
        kept = queries.kept(self.tx, [each.code for each in page])
        told = self._told(list(opened.values()))
        erased = {each.code for each in page if each.is_erased}
        for sort, here, said in (
            (_LINK, kept.links, told.links),
            (_REPORT, kept.reports, told.reports),
            (_CHOICE, kept.choices, self._left(told, kept)),
        ):
            self._compare(sort, here, said, set(opened), erased)
        for id in sorted(kept.links.keys() & told.links.keys()):
            stream = opened[told.links[id].case_code]
            if what := self._of_its_seals(stream, id, kept.sealed[id], told.keyed_hashes[id]):
                self.found.setdefault((_LINK, id), what)
        for stream in opened.values():
            self.tx.let_go(stream)

    def tell_what_was_moved(self) -> None:
        for subject in self.gone & self.made_up:
            self.found[subject] = "case_code is not what the history tells"

    def _told(self, streams: list[str]) -> Disclosures:
        told = Disclosures()
        for stream in history.streams_with(self.tx, streams, _KINDS):
            for row in history.events(self.tx, stream, kinds=_KINDS):
                if row.event is not None:
                    retold_disclosures.tell(told, row.actor, row.at, row.event)
        return told

    def _left(self, told: Disclosures, kept: Kept) -> dict[str, Any]:
        """Choices but those that went with their report: its case was erased, or that it is gone is said."""
        missing = {row.report for id, row in told.choices.items() if id not in kept.choices}
        there = queries.reports_there(self.tx, sorted(missing)) if missing else set()
        return {id: row for id, row in told.choices.items() if id in kept.choices or row.report in there}

    def _compare(
        self,
        sort: str,
        kept: Mapping[str, Any],
        told: Mapping[str, Any],
        opened: set[str],
        erased: set[str],
    ) -> None:
        for id, row in kept.items():
            if id in told:
                if other := differing(row, told[id]):
                    self.found[sort, id] = f"{', '.join(other)} is not what the history tells"
            elif row.case_code in opened:
                self.made_up.add((sort, id))
                self.found[sort, id] = _MADE_UP
            elif row.case_code in erased and sort != _LINK:
                self.found[sort, id] = "is back, although its case was erased"
        for id in told.keys() - kept.keys():
            self.gone.add((sort, id))
            self.found[sort, id] = _GONE

    def _of_its_seals(self, stream: str, id: str, kept: Sealed, told: str) -> str:
        """What is wrong with where a link's codes go and which secret opens it; empty when nothing is."""
        try:
            address = open_address(self.tx, stream, id, kept.sealed_address)
        except (FlowcaseError, ValueError):
            return "its mail address was altered, or moved from another link"
        if told and not hmac.compare_digest(keyed_hash(self.tx, id, address, kept.secret_hash), told):
            return "its mail address, or the secret that opens it, is not what it was made with"
        return ""

"""Scans what was taken in by the installation's own command, outside of any transaction.

The command gets the content on its standard input. Exit status 0 passes it and 1 declines it, as clamdscan
does; anything else is a failure of the scanner, and the content waits in quarantine for the next try.
"""

from __future__ import annotations

import datetime as dt
import shlex
import subprocess
from collections.abc import Callable
from typing import Any

import structlog

from flowcase.access.actor import SYSTEM
from flowcase.services.case_files import documents as service
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, tables
from flowcase.store.queries import documents

LEASE = dt.timedelta(minutes=5)  # after which another worker takes it over
SCAN_SECONDS = 120
_CLEAN, _DECLINED = 0, 1

_log = structlog.get_logger(__name__)


class Scanning:
    """Claims, scans and writes down; three steps, two transactions."""

    def __init__(self, transactions: Transactions, open_work: OpenWork, command: str) -> None:
        self._transactions, self._open_work, self._command = transactions, open_work, command

    def run_waiting(self) -> int:
        """Scan the content that has waited longest; 1 when something was scanned, else 0."""
        claimed = self._transactions.run_due(self._claim) if self._is_wanted() else None
        if claimed is None:
            return 0
        row, content = claimed
        verdict = self._verdict(content)
        if verdict is None:
            return 0  # it is tried again when its lease has ended

        def work(tx: Tx) -> None:
            tx.stream(row.stream)
            now = documents.content(tx, row.stream, row.digest)
            if now is not None and now.scan == service.WAITING:
                service.scanned(self._open_work, tx, row.stream, row.digest, is_clean=verdict)

        self._transactions.run(SYSTEM, work)
        return 1

    def _is_wanted(self) -> bool:
        """Looked first without a lock: mostly nothing waits."""
        find: Callable[[Tx], Any] = documents.waiting
        return bool(self._command) and self._transactions.read(find) is not None

    def _claim(self, tx: Tx) -> tuple[documents.ContentRow, bytes] | None:
        row = documents.waiting(tx)
        if row is None:
            return None
        landed = tx.update_any(
            tables.document_content,
            {"stream": row.stream, "digest": row.digest, "scan": row.scan, "scan_at": row.scan_at},
            {"scan_at": tx.now + LEASE, "scan_tries": row.scan_tries + 1},
        )
        content = documents.read(tx, row) if landed else None
        return None if content is None else (row, content)

    def _verdict(self, content: bytes) -> bool | None:
        """True: clean. False: declined. None: the scanner itself failed."""
        try:
            done = subprocess.run(
                shlex.split(self._command),
                input=content,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SCAN_SECONDS,
                check=False,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            _log.warning("scan failed", because=type(error).__name__)
            return None
        if done.returncode not in (_CLEAN, _DECLINED):
            _log.warning("scan failed", status=done.returncode)
            return None
        return done.returncode == _CLEAN

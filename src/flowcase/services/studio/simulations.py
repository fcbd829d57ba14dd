"""Simulations that process owners ask for: kept, run by a worker in a process apart, stopped on request.

The process gets files and parameters in a folder and gives a report back. It opens no database and holds no
key: nothing that it does can touch the installation.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_edit_processes, may_see_figures
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound
from flowcase.modeling import Severity
from flowcase.modeling.process_archive import place_of
from flowcase.services.definitions import Definitions
from flowcase.services.deploying.deployments import Deployments
from flowcase.services.machines import apart
from flowcase.services.rule_sets import RuleSets
from flowcase.services.simulation import reading, running
from flowcase.services.simulation.estimating import Estimates
from flowcase.services.simulation.questions import DRAFTS, BasisOffice, Offer, Question, Questions, TakenIn
from flowcase.services.simulation.report import Report, from_json
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import drafts, resources
from flowcase.store.queries import simulations as queries
from flowcase.store.queries.simulations import SimulationRow
from flowcase.store.simulation_tables import simulation as table

LEASE = dt.timedelta(minutes=2)
LONG_MINUTES = 5.0  # longer than this is said before it begins
LONGEST_MINUTES = 30.0
MOST_WAITING = 5

_log = structlog.get_logger(__name__)


class TakesLong(InvalidValues):
    """It would run long, and nobody has said yet that this is wanted."""

    def __init__(self, minutes: float) -> None:
        self.minutes = minutes
        super().__init__("the simulation", {"sagsaar": [LONG]})


LONG = "Simuleringen tager længere tid. Vælg færre sagsår, eller start den alligevel."
TOO_LONG = "Simuleringen vil tage mere end en halv time. Vælg færre sagsår."
NO_DRAFTS = "Der er ingen kladder at simulere. Tegn en først."
FAULTY_DRAFTS = "Kladderne har fejl, der skal rettes, før de kan simuleres."
TOO_MANY = "Der venter allerede flere simuleringer. Vent, eller stands en af dem."


class Simulations:
    """Asking raises Forbidden for who is no process owner."""

    def __init__(
        self,
        transactions: Transactions,
        deployments: Deployments,
        definitions: Definitions,
        rule_sets: RuleSets,
        folder: Path,
    ) -> None:
        """`folder` has the shipped processes, with `simulations` below."""
        self._transactions, self._deployments = transactions, deployments
        self._questions = Questions(definitions, rule_sets, folder / "simulations")

    # --- asking ------------------------------------------------------------------------------------

    def offers(self, *, actor: Actor) -> list[Offer]:
        """The shipped questions, by title."""
        _check(actor)
        return self._questions.offers()

    def office(self, asked: str, *, from_history: bool, actor: Actor) -> tuple[BasisOffice, dict[str, str]]:
        """The office of a question, and what its places are called. Raises InvalidValues."""
        _check(actor)

        def work(tx: Tx) -> tuple[BasisOffice, dict[str, str]]:
            found = self._questions.basis(tx, asked, from_history=from_history)
            return found, self._questions.words(tx, found.data)

        return self._transactions.read(work)

    def has_history(self, *, actor: Actor) -> bool:
        """Whether the installation's own history has enough to go by it."""
        _check(actor)
        return self._transactions.read(self._questions.has_history)

    def words(self, office: Mapping[str, Any], *, actor: Actor) -> dict[str, str]:
        """What the user tasks, answers and choices of an office are called, by the name of their place."""
        _check(actor)
        return self._transactions.read(lambda tx: self._questions.words(tx, office))

    def taken_in(self, content: bytes, file_name: str, *, actor: Actor) -> TakenIn:
        """The numbers of a file that somebody brought. Raises SimulationError."""
        _check(actor)
        return self._transactions.read(lambda tx: self._questions.taken_in(tx, content, file_name))

    def question(self, id: str, *, actor: Actor) -> str | None:
        """The file that a simulation was run with, for the command; None where none was kept."""
        _check(actor)
        return self._transactions.read(lambda tx: queries.question_of(tx, id))

    def drafts(self, *, actor: Actor) -> dict[str, int]:
        """Whose drafts could be simulated, and how many files each has."""
        _check(actor)

        def work(tx: Tx) -> dict[str, int]:
            found: dict[str, int] = {}
            for row in drafts.drafts(tx):
                if not row.copy:
                    found[row.owner] = found.get(row.owner, 0) + 1
            return found

        return self._transactions.read(work)

    def ahead(self, question: Question, *, actor: Actor) -> running.Estimate:
        """How much a question is. Raises InvalidValues for one that cannot be asked."""
        _check(actor)
        return self._transactions.read(lambda tx: self._questions.asked(tx, question).ahead)

    def ask(self, question: Question, *, actor: Actor) -> str:
        """Let a worker run it; its id.

        Raises InvalidValues with what is wrong, among it a simulation that would run too long, and
        TakesLong for one that would run long and is not said to be wanted.
        """
        _check(actor)

        def work(tx: Tx) -> str:
            asked = self._questions.asked(tx, question)
            ahead = asked.ahead
            if ahead.minutes > LONGEST_MINUTES:
                raise InvalidValues("the simulation", {"sagsaar": [TOO_LONG]})
            if ahead.minutes > LONG_MINUTES and not question.is_long_wanted:
                raise TakesLong(ahead.minutes)
            if queries.unfinished(tx) >= MOST_WAITING:
                raise InvalidValues("the simulation", {"spoergsmaal": [TOO_MANY]})
            drawn = self._drawn(tx, question)
            id = tx.new_id()
            tx.insert(
                table,
                id=id,
                asked=question.asked,
                title=asked.simulation.title,
                case_years=ahead.case_years,
                replications=ahead.runs // len(asked.simulation.variants),
                seed=question.seed,
                from_history=question.from_history,
                drafts_of=question.drafts_of if question.asked == DRAFTS else None,
                question=asked.text,
                sources=asked.sources,
                files={row.path: row.hash for row in resources.files_in_force(tx)},
                drafts=None if drawn is None else _packed(drawn),
                status="waiting",
                at=tx.now,
                actor=actor.id,
                progress=0.0,
                problem="",
            )
            return id

        self._transactions.read(lambda tx: self._drawn(tx, question))  # nobody who writes waits for the check
        return self._transactions.run(actor, work)

    def _drawn(self, tx: Tx, question: Question) -> dict[str, str] | None:
        """The files of the drafts. Raises InvalidValues where they could not be deployed."""
        if question.asked != DRAFTS:
            return None
        rows = [row for row in drafts.drafts(tx) if row.owner == question.drafts_of and not row.copy]
        if not rows:
            raise InvalidValues("the simulation", {"kladder_af": [NO_DRAFTS]})
        contents = {row.file_name: drafts.content(tx, row) for row in rows}
        findings = self._deployments.findings(tx, contents)
        faulty = sorted({finding.file for finding in findings if finding.severity is Severity.ERROR})
        if faulty:
            raise InvalidValues("the simulation", {"kladder_af": [FAULTY_DRAFTS, *faulty]})
        return {path: content.decode() for path, content in contents.items()}

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor) -> SimulationRow:
        """Raises NotFound."""
        _check(actor)
        return self._transactions.read(lambda tx: _known(tx, id))

    def all(self, *, actor: Actor) -> list[SimulationRow]:
        """Newest first."""
        _check(actor)
        return self._transactions.read(queries.rows)

    def report(self, id: str, *, actor: Actor) -> Report | None:
        """What it found; None while it has not."""
        _check(actor)
        packed = self._transactions.read(lambda tx: queries.result_of(tx, id))
        return None if packed is None else from_json(json.loads(zlib.decompress(packed)))

    def diagram(self, id: str, process: str, *, actor: Actor) -> bytes | None:
        """The file with a process as it was simulated, of the drafts where they have it."""
        _check(actor)

        def work(tx: Tx) -> bytes | None:
            row = _known(tx, id)
            drawn = _unpacked(queries.drafts_of(tx, id))
            candidates = [text.encode() for path, text in drawn.items() if path.endswith(".bpmn")]
            candidates += [
                content
                for path, hash in row.files.items()
                if path.endswith(".bpmn") and (content := resources.content(tx, hash)) is not None
            ]
            drawn_there = re.compile(rf'<(?:\w+:)?process\s[^>]*\bid="{re.escape(process)}"'.encode())
            return next((content for content in candidates if drawn_there.search(content)), None)

        return self._transactions.read(work)

    def stop(self, id: str, *, actor: Actor) -> None:
        """Whoever runs it ends it within a second or two. Raises Conflict for one that has ended."""
        _check(actor)

        def work(tx: Tx) -> None:
            row = _known(tx, id)
            if row.status not in ("waiting", "running"):
                raise Conflict(f"stop simulation '{id}'", f"it is {row.status} already")
            tx.update(
                table,
                {"id": id, "status": row.status},
                {"status": "stopped", "stopped_by": actor.id, "ended_at": tx.now, "holder": None},
                attempt=f"stop simulation '{id}'",
            )

        self._transactions.run(actor, work)

    def estimates(self, read: reading.Simulation, *, actor: Actor) -> Estimates:
        """What the installation's own history says of the parameters of a simulation."""
        if not may_see_figures(actor):
            raise Forbidden("estimate from the history", "only who may see the figures may")
        return self._transactions.read(lambda tx: self._questions.estimates(tx, read))

    # --- running -----------------------------------------------------------------------------------

    def run_waiting(self, is_stopping: Callable[[], bool] = lambda: False) -> int:
        """Run the simulation that has waited longest; 0 when there is none.

        A worker that is told to end gives it back, and another begins it anew: the same seed finds the same.
        """
        claimed = self._transactions.run_due(self._claim)
        if claimed is None:
            return 0
        row, holder = claimed
        try:
            outcome = self._run(row, holder, is_stopping)
        except Exception as error:  # whatever it is, nobody shall wait for it
            _log.exception("simulation failed", simulation=row.id)
            outcome = {"status": "failed", "problem": f"{type(error).__name__}: {error}"[:2000]}
        if outcome is not None:
            self._keep(row.id, holder, outcome)
        return 1

    def _claim(self, tx: Tx) -> tuple[SimulationRow, str] | None:
        row = queries.next_waiting(tx)
        if row is None:
            return None
        holder = tx.new_id()
        taken = tx.update_any(
            table,
            {"id": row.id, "status": row.status, **({"holder": row.holder} if row.holder else {})},
            {"status": "running", "holder": holder, "lease_until": tx.now + LEASE, "began_at": tx.now},
        )
        return (row, holder) if taken else None

    def _run(self, row: SimulationRow, holder: str, is_stopping: Callable[[], bool]) -> dict[str, Any] | None:
        """What becomes of it; None when somebody else has decided that."""
        with apart.folder("simulation") as folder:
            command = self._prepare(row, folder)

            def is_wanted(progress: float) -> bool:
                return not is_stopping() and self._heard(row.id, holder, progress)

            try:
                found = apart.run(command, folder, is_wanted)
            except apart.Failed as failed:
                return {"status": "failed", "problem": str(failed)}
            if found is not None:
                return {"status": "done", "progress": 1.0, "result": zlib.compress(found, 9)}
            return {"status": "waiting", "progress": 0.0} if is_stopping() else None

    def _prepare(self, row: SimulationRow, folder: Path) -> list[str]:
        """Write the files, and the command that runs them."""

        def work(tx: Tx) -> tuple[dict[str, bytes], dict[str, str], str]:
            contents = {path: resources.content(tx, hash) for path, hash in row.files.items()}
            return (
                {path: each for path, each in contents.items() if each is not None},
                _unpacked(queries.drafts_of(tx, row.id)),
                queries.question_of(tx, row.id) or "",
            )

        contents, drawn, question = self._transactions.read(work)
        for path, content in contents.items():
            apart.write(folder / "in_force", place_of(path), content)
        for path, text in drawn.items():
            apart.write(folder / "draft", place_of(path), text.encode())
        apart.write(folder, "question.yaml", question.encode())
        command = [sys.executable, "-m", "flowcase", "simulate", str(folder / "question.yaml")]
        command += ["--processes", str(folder / "in_force")]
        command += ["--draft", str(folder / "draft")] if drawn else []
        command += ["--seed", str(row.seed), "--replications", str(row.replications)]
        return [*command, "--minutes", "100000", "--gently", "--json", "--progress"]

    def _heard(self, id: str, holder: str, progress: float) -> bool:
        """Note how far it is; False when it is not wanted any more."""

        def work(tx: Tx) -> bool:
            values = {"progress": progress, "lease_until": tx.now + LEASE}
            return bool(tx.update_any(table, {"id": id, "status": "running", "holder": holder}, values))

        return self._transactions.run(SYSTEM, work)

    def _keep(self, id: str, holder: str, outcome: Mapping[str, Any]) -> None:
        def work(tx: Tx) -> None:
            ended = None if outcome["status"] == "waiting" else tx.now
            values = {**outcome, "ended_at": ended, "holder": None, "lease_until": None}
            tx.update_any(table, {"id": id, "status": "running", "holder": holder}, values)

        self._transactions.run(SYSTEM, work)


def _check(actor: Actor) -> None:
    if not may_edit_processes(actor):
        raise Forbidden("simulate", "only process owners may")


def _known(tx: Tx, id: str) -> SimulationRow:
    row = queries.row(tx, id)
    if row is None:
        raise NotFound("simulation", id)
    return row


def _packed(files: Mapping[str, str]) -> bytes:
    return zlib.compress(json.dumps(files, sort_keys=True).encode(), 9)


def _unpacked(packed: bytes | None) -> dict[str, str]:
    return {} if packed is None else json.loads(zlib.decompress(packed))

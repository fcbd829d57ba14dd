"""Plain SpiffWorkflow, made durable as its documentation shows: serialized to one row after each step."""

from __future__ import annotations

import importlib.metadata
import sqlite3
from typing import Any

import psycopg
import rounds
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

_SERIALIZER = BpmnWorkflowSerializer()


class Rows:
    """The same four statements on either database; the row is locked while its step runs."""

    def __init__(self, database: str) -> None:
        self.is_postgresql = "://" in database
        if self.is_postgresql:
            self.connection: Any = psycopg.connect(database, autocommit=True)
        else:
            self.connection = sqlite3.connect(database, isolation_level=None)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("CREATE TABLE workflow (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")

    def run(self, statement: str, *values: Any) -> Any:
        return self.connection.execute(
            statement.replace("?", "%s") if self.is_postgresql else statement, values
        )

    def begin(self) -> None:
        self.run("BEGIN" if self.is_postgresql else "BEGIN IMMEDIATE")

    def load(self, id: int) -> str:
        locking = " FOR UPDATE" if self.is_postgresql else ""
        return self.run("SELECT state FROM workflow WHERE id = ?" + locking, id).fetchone()[0]


class Cases:
    def __init__(self, database: str, diagram: str) -> None:
        self.rows, self.last = Rows(database), 0
        parser = BpmnParser()
        parser.add_bpmn_file(diagram)
        self.specification = parser.get_spec("peers")

    def start(self) -> None:
        self.last += 1
        workflow = BpmnWorkflow(self.specification)
        workflow.do_engine_steps()
        self.rows.begin()
        state = _SERIALIZER.serialize_json(workflow)
        self.rows.run("INSERT INTO workflow VALUES (?, ?)", self.last, state)
        self.rows.run("COMMIT")

    def complete(self) -> None:
        self.rows.begin()
        workflow = _SERIALIZER.deserialize_json(self.rows.load(self.last))
        (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
        task.set_data(approved=True)
        task.run()
        workflow.do_engine_steps()
        state = _SERIALIZER.serialize_json(workflow)
        self.rows.run("UPDATE workflow SET state = ? WHERE id = ?", state, self.last)
        self.rows.run("COMMIT")

    def case(self) -> list[float]:
        told = [rounds.seconds(self.start), rounds.seconds(self.complete), rounds.seconds(self.complete)]
        assert _SERIALIZER.deserialize_json(self.rows.load(self.last)).completed
        return told


def main() -> None:
    asked = rounds.arguments()
    cases = Cases(asked.database, asked.diagram)
    rounds.serve(asked, importlib.metadata.version("SpiffWorkflow"), cases.case)


main()

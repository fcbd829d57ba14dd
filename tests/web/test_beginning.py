"""A web process that cannot begin says why in one sentence, as every command does."""

from __future__ import annotations

import subprocess
import sys

from tests.ports import free_port

PATIENCE = 60  # seconds
BEGINNING = """
import sys
from sqlalchemy.exc import OperationalError
from flowcase.services.transactions import DatabaseLost
from flowcase.web import server

def make():
    if sys.argv[2] == "fault":
        raise ZeroDivisionError
    try:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection unexpectedly"))
    except OperationalError as error:
        raise DatabaseLost from error

server.run(make, host="127.0.0.1", port=int(sys.argv[1]), threads=1)
"""


def said(why: str) -> tuple[int, str]:
    command = [sys.executable, "-c", BEGINNING, str(free_port()), why]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return ended.returncode, ended.stderr


def test_a_database_that_is_away_is_said_without_a_traceback() -> None:
    code, told = said("away")

    assert code != 0
    assert told.count("Expected to reach the database, but the connection was lost.") == 1
    assert "Traceback" not in told
    assert "server closed the connection" not in told


def test_a_fault_of_the_program_is_told_with_its_places() -> None:
    code, told = said("fault")

    assert code != 0
    assert "Traceback" in told

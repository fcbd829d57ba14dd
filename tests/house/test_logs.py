"""What a process logs is one JSON line each, of our own code and of libraries, without words of people."""

from __future__ import annotations

import json
import subprocess
import sys

SAYING = """
import logging, structlog
from flowcase import logs
logs.begin()
try:
    try:
        raise KeyError("Alma Jensen")
    except KeyError as error:
        raise ValueError("hun bor hos sin mor") from error
except ValueError:
    structlog.get_logger("ours").exception("tick failed", service="timers")
    logging.getLogger("a.library").exception("it broke")
logging.getLogger("apscheduler.scheduler").warning("skipped: maximum number of running instances")
"""


def test_every_line_is_json_and_a_fault_has_its_kind_and_place_but_not_its_text() -> None:
    done = subprocess.run([sys.executable, "-c", SAYING], capture_output=True, text=True, check=True)

    assert done.stdout == ""
    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())
    assert (ours["event"], ours["service"], ours["level"]) == ("tick failed", "timers", "error")
    assert (theirs["event"], theirs["logger"]) == ("it broke", "a.library")
    for line in (ours, theirs):
        assert line["fault"].splitlines()[-1] == "builtins.ValueError"
        assert "builtins.KeyError" in line["fault"] and 'File "<string>", line 7' in line["fault"]
        assert "timestamp" in line
    assert "Alma" not in done.stderr and "mor" not in done.stderr

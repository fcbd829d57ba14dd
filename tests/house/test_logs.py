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


OF_WORK = """
import logging, structlog
from flask import g
from flowcase import logs
from flowcase.web import application
from flask import Flask
logs.begin()
app = Flask("nothing")
application._guard(app)

@app.get("/")
def page():
    structlog.get_logger("ours").warning("in a request")
    logging.getLogger("a.library").warning("in a request")
    return g.request_id

app.config["SESSION_COOKIE_SECURE"] = False
answers = [app.test_client().get("/") for _ in range(2)]
assert all(each.text == each.headers["X-Request-Id"] for each in answers)
structlog.get_logger("ours").warning("outside", ids=[each.text for each in answers])
with logs.about(service="jobs 1"), logs.about(job="J-1"):
    logging.getLogger("a.library").warning("in a job")
structlog.get_logger("ours").warning("behind it")
"""


def test_every_line_says_which_request_or_which_work_it_belongs_to() -> None:
    done = subprocess.run([sys.executable, "-c", OF_WORK], capture_output=True, text=True, check=True)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    first, second = lines[4]["ids"]
    assert [line.get("request") for line in lines] == [first, first, second, second, None, None, None]
    assert first != second and lines[1]["logger"] == "a.library"
    assert (lines[5]["job"], lines[5]["service"]) == ("J-1", "jobs 1")
    assert "job" not in lines[6] and "service" not in lines[6]


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

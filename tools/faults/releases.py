"""Two releases on one database: the previous one goes on working while and after it is migrated."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from faults import outside
from faults.counting import count
from faults.outcome import Outcome
from faults.places import Feeder, until_done, wait_for
from faults.servers import Node, folder, postgresql, running
from flowcase import bootstrap, config, handlers

PREVIOUS = "0f0dd9f"  # the release before this one
ROOT = Path(__file__).parents[2]
COMPLETING = Path(__file__).with_name("completing.py")
_MAKE = """
import sys; from pathlib import Path; sys.path.insert(0, sys.argv[3])
from faults import outside; from faults.drawing import WORK
from flowcase import bootstrap, config, handlers; from flowcase.access.actor import SYSTEM
settings = config.Config(home=Path(sys.argv[1]), database_url=sys.argv[2]); bootstrap.upgrade(settings)
flow = bootstrap.open(settings, handlers=handlers.load_handlers())
flow.people.add("client", groups=["clients"], kind="service", actor=SYSTEM)
flow.deployments.deploy({"work.bpmn": WORK}, actor=SYSTEM)
for _ in range(30): flow.instances.start("work", actor=SYSTEM)
flow.close()
"""


class _Completing:
    """A process of one release that completes user tasks; `done` are those that it acknowledged."""

    def __init__(self, home: Path, url: str, source: Path) -> None:
        self.done: list[str] = []
        self.refused: list[str] = []
        self.is_ready = False
        environment = {**os.environ, "PYTHONPATH": str(source)}
        command = [sys.executable, str(COMPLETING), str(home), url]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = line.strip()
            if said == "ready":
                self.is_ready = True
            elif said.startswith("refused"):
                self.refused.append(said)
            elif line.endswith("\n"):
                self.done.append(said)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def together(*, seconds: float, seed: int) -> Outcome:
    """The previous release is at work, the database is migrated under it, and this release joins in."""
    outcome = Outcome("releases", "The previous release and this one on one database, migrated meanwhile")
    outcome.meant = ("user tasks completed",)
    with folder() as place, postgresql(place) as database:
        old = place / "old"
        old.mkdir()
        archive = subprocess.run(
            ["git", "archive", PREVIOUS, "src", "processes"], cwd=ROOT, capture_output=True, check=False
        )
        if archive.returncode:
            outcome.left_out = f"there is no history here with the release {PREVIOUS}"
            return outcome
        subprocess.run(["tar", "x"], cwd=old, input=archive.stdout, check=True)
        home, new = place / "home", Path(bootstrap.__file__).parents[1]
        home.mkdir()
        os.environ[outside.WORLD] = str(home / "world")
        made = [sys.executable, "-c", _MAKE, str(home), database.url, str(ROOT / "tools")]
        subprocess.run(made, env={**os.environ, "PYTHONPATH": str(old / "src")}, check=True)
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        before = Node("worker", home, name="previous", environment={**shared, "PYTHONPATH": str(old / "src")})
        after = Node("worker", home, name="this", environment={**shared, "PYTHONPATH": str(new)})
        with running(before):
            one = _Completing(home, database.url, old / "src")
            two = None
            try:
                wait_for(lambda: len(one.done) > 3, 30)
                began = time.monotonic()
                settings = config.Config(home=home, database_url=database.url)
                bootstrap.upgrade(settings)
                outcome.notes.append(f"migrated under load in {time.monotonic() - began:.1f} s")
                flow = bootstrap.open(settings, handlers=handlers.load_handlers())
                feeder = Feeder(flow, "work", 20)
                so_far = len(one.done)
                with running(after):
                    two = _Completing(home, database.url, new)
                    feeder.start()
                    wait_for(lambda: two.is_ready, 30)
                    time.sleep(seconds)
                    wait_for(lambda: len(one.done) > so_far and len(two.done) > 0, 30)
                    feeder.stop()
                    until_done(flow)
                    one.kill()
                    two.kill()
                    until_done(flow)
            finally:
                one.kill()
                if two is not None:
                    two.kill()
        outcome.tried = {
            "completions by the previous release": len(one.done),
            "of them after the migration": len(one.done) - so_far,
            "completions by this release": len(two.done),
        }
        outcome.wrong["refusals"] = len(one.refused) + len(two.refused)
        outcome.notes += sorted(set(one.refused + two.refused))
        outcome.add(count(flow, one.done + two.done, is_done=True))
        outcome.lost += feeder.missing()
        flow.close()
    return outcome

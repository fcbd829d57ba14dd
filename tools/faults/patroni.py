"""A PostgreSQL of three nodes that Patroni looks after, with three members of etcd: each killed at will.

Needs the packages `patroni`, `etcd-server` and a PostgreSQL of the system (Debian's names).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from faults.places import wait_for
from tests.ports import free_port

USER = "postgres"  # of the system: PostgreSQL does not run as root
START_SECONDS = 120.0
TIMES = {"ttl": 20, "loop_wait": 5, "retry_timeout": 5}  # as docs/operations.md advises
_ENVIRONMENT = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}


def missing() -> str:
    """What of it is not on this machine; nothing when all is."""
    lacking = [name for name in ("patroni", "etcd") if shutil.which(name) is None]
    if _bin() is None:
        lacking.append("PostgreSQL of the system")
    if os.geteuid() != 0:
        lacking.append("the right to become the user postgres")
    return ", ".join(lacking)


def _bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class _Process:
    """Something that is started, killed and started again, with what it says in a file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        folder.mkdir(parents=True)
        shutil.chown(folder, USER)
        self._process: subprocess.Popen[bytes] | None = None

    def _run(self, command: list[str]) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, user=USER, env=_ENVIRONMENT, start_new_session=True
            )

    def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Member(_Process):
    """A member of etcd on the loopback."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self.client, self.peer = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"

    def start(self, members: list[Member]) -> None:
        listed = ",".join(f"{each.name}=http://{each.peer}" for each in members)
        command = ["etcd", "--name", self.name, "--data-dir", str(self.folder / "data")]
        for kind, at in (("client", self.client), ("peer", self.peer)):
            own = "advertise" if kind == "client" else "initial-advertise"
            command += [f"--listen-{kind}-urls", f"http://{at}", f"--{own}-{kind}-urls", f"http://{at}"]
        self._run([*command, "--initial-cluster", listed, "--initial-cluster-state", "new"])

    def leads(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            asked = urllib.request.Request(f"http://{self.client}/v3/maintenance/status", data=b"{}")
            with urllib.request.urlopen(asked, timeout=2) as answer:
                status = json.loads(answer.read())
                return bool(status["leader"] == status["header"]["member_id"])
        return False


class Server(_Process):
    """A PostgreSQL with its Patroni."""

    def __init__(self, name: str, folder: Path, members: list[Member]) -> None:
        super().__init__(name, folder)
        self.port, self._rest = free_port(), f"127.0.0.1:{free_port()}"
        asked = {"listen": self._rest, "connect_address": self._rest}
        at = f"127.0.0.1:{self.port}"
        accounts = {"superuser": {"username": USER}, "replication": {"username": "replicator"}}
        usual = {"use_pg_rewind": True, "parameters": {"max_connections": 200}}
        settings = {
            "scope": "flowcase",
            "name": name,
            "restapi": asked,
            "etcd3": {"hosts": [each.client for each in members]},
            "bootstrap": {
                "dcs": {**TIMES, "synchronous_mode": True, "postgresql": usual},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"],
            },
            "postgresql": {
                "listen": at,
                "connect_address": at,
                "data_dir": str(folder / "data"),
                "bin_dir": str(_bin()),
                "pgpass": str(folder / "pgpass"),
                "authentication": accounts,
                "parameters": {"unix_socket_directories": ""},
                "pg_hba": [
                    "host all all 127.0.0.1/32 trust",
                    "host replication replicator 127.0.0.1/32 trust",
                ],
            },
        }
        self._settings = folder / "patroni.yml"
        self._settings.write_text(yaml.safe_dump(settings), "utf-8")

    def start(self) -> None:
        self._run(["patroni", str(self._settings)])

    def kill(self) -> None:
        """SIGKILL to Patroni and to PostgreSQL, as when the machine goes."""
        super().kill()
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(int((self.folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def cluster(self) -> dict[str, str]:
        """Name of each node -> its role, as this Patroni sees it."""
        with contextlib.suppress(OSError, ValueError):
            with urllib.request.urlopen(f"http://{self._rest}/cluster", timeout=2) as answer:
                seen: dict[str, Any] = json.loads(answer.read())
            return {each["name"]: each["role"] for each in seen["members"] if each["state"] in _WELL}
        return {}


_WELL = ("running", "streaming")


class Cluster:
    """Three of each."""

    def __init__(self, folder: Path) -> None:
        self.members = [Member(f"etcd{number}", folder / f"etcd{number}") for number in (1, 2, 3)]
        self.servers = [Server(name, folder / name, self.members) for name in ("a", "b", "c")]

    @property
    def url(self) -> str:
        hosts = "&".join(f"host=127.0.0.1:{each.port}" for each in self.servers)
        return f"postgresql://{USER}@/{USER}?{hosts}&target_session_attrs=read-write"

    def start(self) -> None:
        for member in self.members:
            member.start(self.members)
        for server in self.servers:
            server.start()
        if not self.is_whole_within(START_SECONDS):
            raise RuntimeError(f"The cluster is not whole after {START_SECONDS:.0f} s: {self.roles()}")

    def roles(self) -> dict[str, str]:
        return next((seen for each in self.servers if (seen := each.cluster())), {})

    def leader(self) -> Server | None:
        roles = self.roles()
        return next((each for each in self.servers if roles.get(each.name) == "leader"), None)

    def is_whole_within(self, seconds: float) -> bool:
        """Until all nodes are at work and a second one has every commit."""

        def is_whole() -> bool:
            roles = list(self.roles().values())
            return len(roles) == len(self.servers) and {"leader", "sync_standby"} <= set(roles)

        return wait_for(is_whole, seconds) < seconds

    def kill(self) -> None:
        for each in (*self.servers, *self.members):
            each.kill()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """All at work; all gone afterwards."""
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.kill()

"""Starts web and worker of the demonstration and says where it is and who may sign in.

One that ends by itself, or is killed, is told of and started again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flowcase import config
from flowcase.demo import town
from flowcase.demo.preparing import SIGN_INS

SHORT_LIFE = 10.0  # seconds
MOST_SHORT_LIVES = 3  # on end, before it is given up


class Kept:
    """A process that is started again when it ends."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._name, self._command, self._environment = name, command, environment
        self._short_lives = 0
        self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        self.process = subprocess.Popen(self._command, env=self._environment)

    def look_after(self, say: Callable[[str], Any]) -> None:
        """Raises SystemExit when it ends again and again as soon as it is started."""
        code = self.process.poll()
        if code is None:
            return
        is_short = time.monotonic() - self._started < SHORT_LIFE
        self._short_lives = self._short_lives + 1 if is_short else 0
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with exit code {code}"
        if self._short_lives == MOST_SHORT_LIVES:
            raise SystemExit(
                f"The {self._name} {how}, soon after its start {MOST_SHORT_LIVES} times; its messages "
                "stand above. The demonstration ends."
            )
        say(f"The {self._name} {how}. It is started again; nothing is lost.")
        self._start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        try:
            self.process.wait(timeout=25)
        except subprocess.TimeoutExpired:
            self.process.kill()


def serve_all(settings: config.Config, *, host: str, port: int, say: Callable[[str], Any]) -> None:
    """Run until interrupted. Raises OSError when the address is taken, SystemExit when it cannot go on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    environment = {**os.environ, **told_to_children(settings, host, port)}
    flowcase = [sys.executable, "-m", "flowcase"]
    started = [
        Kept("server", [*flowcase, "serve", "--host", host, "--port", str(port)], environment),
        Kept("worker", [*flowcase, "worker"], environment),
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_until_it_answers(f"{_found_at(host, port)}/sund", started, say)
        for line in _welcome(settings, host, port):
            say(line)
        while True:
            for each in started:
                each.look_after(say)
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for each in started:
            each.stop()
        for each in started:
            each.wait()


def told_to_children(settings: config.Config, host: str, port: int) -> dict[str, str]:
    """What web and worker are told; links in their mails lead to where these pages really are."""
    return {
        "FLOWCASE_HOME": str(settings.home),
        "FLOWCASE_DEMONSTRATION": "1",
        "FLOWCASE_ADDRESS": settings.address or _found_at(host, port),
    }


def _found_at(host: str, port: int) -> str:
    """Where a browser on this machine finds what listens at `host`, which may be every address of it."""
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - compared with, not listened at
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _wait_until_it_answers(url: str, started: Sequence[Kept], say: Callable[[str], Any]) -> None:
    for _ in range(600):
        for each in started:
            each.look_after(say)
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("The server does not answer.")


def _welcome(settings: config.Config, host: str, port: int) -> list[str]:
    path = Path(settings.home) / SIGN_INS
    by_id = {line.split()[0]: line for line in path.read_text("utf-8").splitlines() if line}
    return [
        "",
        f"flowcase runs at {_found_at(host, port)}/",
        f"The public notification form: {_found_at(host, port)}/underret",
        "",
        "Sign in as (user name, password, who):",
        *(f"  {by_id[id]}" for id in town.INTRODUCED if id in by_id),
        f"Everyone's sign-ins: {path}",
        "Stop with Ctrl-C.",
    ]

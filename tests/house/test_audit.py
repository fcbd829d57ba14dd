"""The part of `make audit` that needs no network: licences, bills of materials, secrets; its honesty."""

from __future__ import annotations

import importlib
import json
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


@pytest.fixture
def licences() -> ModuleType:
    return importlib.import_module("auditing.licences")


@pytest.fixture
def secrets() -> ModuleType:
    return importlib.import_module("auditing.secrets")


@pytest.fixture
def audit() -> ModuleType:
    return importlib.import_module("audit")


# --- licences --------------------------------------------------------------------------------------


def test_every_dependency_is_under_a_licence_that_we_may_use_and_the_page_says_which(licences: Any) -> None:
    found = licences.dependencies()

    assert len(found) > 200
    assert licences.problems(found) == [], "decide in tools/auditing/allowed.toml"
    page = (ROOT / "docs/licences.md").read_text("utf-8")
    assert page == licences.page(found), "write it anew with: make audit"


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND MIT", True),
        ("AGPL-3.0-only", False),
        ("SEE LICENSE IN LICENSE", False),
        ("", False),
    ],
)
def test_of_several_licences_one_or_each_has_to_be_allowed(licences: Any, licence: str, may: bool) -> None:
    assert licences.is_allowed(licence, licences.rules()) is may


# --- bills of materials ----------------------------------------------------------------------------


def test_the_bill_of_materials_names_everything_that_is_shipped(licences: Any) -> None:
    boms = importlib.import_module("auditing.boms")
    found = licences.dependencies()

    bom = boms.python(found)

    assert (bom["bomFormat"], boms.missing(bom, found, "python")) == ("CycloneDX", [])
    assert all(each.get("licenses") for each in bom["components"])
    without = {**bom, "components": bom["components"][1:]}
    assert boms.missing(without, found, "python") == [bom["components"][0]["name"]]


# --- secrets ---------------------------------------------------------------------------------------


def test_no_secret_is_in_the_repository(secrets: Any) -> None:
    assert len(secrets.committed()) > 1000
    assert [str(each) for each in secrets.scan()] == []


def planted() -> dict[str, str]:
    """Made here, from parts, so that this file holds none."""
    random = "q7Zk2Lw9" + "Xv4Rb8Tn" + "1Yc6Md3H" + "s5Jf0Gp"
    return {
        "a private key": "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
        "an AWS key": "AKIA" + "Q7ZK2LW9XV4RB8TN",
        "a GitHub token": "ghp_" + random + "abcdefgh",
        "a GitLab token": "glpat-" + random,
        "a Slack token": "xoxb-" + random,
        "an npm token": "npm_" + (random + "abcdefghij")[:36],
        "a PyPI token": "pypi-" + random * 2,
        "a Stripe key": "sk_live_" + random,
        "a signed web token": f"eyJ{random}.eyJ{random}.{random}",
        "a webhook's secret": "whsec_" + random + "abcdefghijklm=",
        "a password in an address": "postgresql://flowcase:" + random[:14] + "@database/flowcase",
        "an assigned secret": 'SMTP_PASSWORD = "' + random + '"',
        "an installation key": "FLOWCASE_KEY=" + (random + "abcdefghijklmnop")[:43] + "=",
    }


@pytest.mark.parametrize("what", planted())
def test_a_secret_that_was_planted_is_found(secrets: Any, tmp_path: Path, what: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "settings.py").write_text(f"# settings\n{planted()[what]}\n")

    found = [each for each in secrets.scan(tmp_path) if each.what == what]

    assert [(each.path, each.line) for each in found] == [("settings.py", 2)]
    assert planted()[what] not in str(found[0])


def test_every_kind_of_secret_was_planted(secrets: Any) -> None:
    assert set(planted()) == set(secrets.PATTERNS)


@pytest.mark.parametrize(
    "text",
    [
        'password = os.environ["FLOWCASE_SMTP_PASSWORD"]',
        "postgresql://flowcase:password@database/flowcase",
        'token = "aaaaaaaaaaaaaaaaaaaaaaaa"',
        "https://user@example.org/",
    ],
)
def test_what_is_no_secret_is_left_alone(secrets: Any, text: str) -> None:
    assert list(secrets.look("x", text)) == []


# --- advisories: what the sources say, and what it means ------------------------------------------


def test_a_source_that_could_ask_nothing_is_no_clean_answer(audit: Any) -> None:
    skipped = {"dependencies": [{"name": "flask", "skip_reason": "not found"}]}
    clean = {"dependencies": [{"name": "flask", "version": "3", "vulns": []}]}
    weak = {"dependencies": [{"name": "flask", "version": "3", "vulns": [{"id": "X-1", "fix_versions": []}]}]}

    verdicts = [
        audit.python_advisories((text, "")).verdict
        for text in (json.dumps(skipped), json.dumps(clean), json.dumps(weak), "", '{"dependencies": []}')
    ]

    assert verdicts == [audit.UNKNOWN, audit.GOOD, audit.FOUND, audit.UNKNOWN, audit.UNKNOWN]


def test_npms_refusal_is_told_as_such(audit: Any) -> None:
    refused = ('{"message": "405"}', "npm error audit endpoint returned an error\n")
    clean = ('{"vulnerabilities": {}, "metadata": {"dependencies": {"total": 3}}}', "")
    weak = (
        '{"vulnerabilities": {"x": {"severity": "high"}}, "metadata": {"dependencies": {"total": 3}}}',
        "",
    )

    results = [audit.npm_advisories("lock", each) for each in (refused, clean, weak)]

    assert [each.verdict for each in results] == [audit.UNKNOWN, audit.GOOD, audit.FOUND]
    assert results[0].said == ("npm error audit endpoint returned an error",)


def test_the_exit_status_tells_found_from_not_asked(audit: Any) -> None:
    def results(*verdicts: str) -> list[Any]:
        return [audit.Result("x", verdict, ("y",)) for verdict in verdicts]

    assert audit.exit_status(results(audit.GOOD, audit.LEFT_OUT)) == 0
    assert audit.exit_status(results(audit.GOOD, audit.UNKNOWN)) == 3
    assert audit.exit_status(results(audit.UNKNOWN, audit.FOUND)) == 1


def run(audit: Any, licences: Any, monkeypatch: Any, folder: Path, *arguments: str) -> int:
    """All of `make audit` but what looks at the repository, on two packages."""
    well = [audit.Result(what, audit.GOOD, ("",)) for what in ("licences", "bills of materials", "secrets")]
    pinned = [
        licences.Dependency("python", "jinja2", "3.1.6", "BSD", True),
        licences.Dependency("npm", "form-js", "1.2.0", "MIT", True),
    ]
    for name, result in zip(("_licences", "_bills"), well, strict=False):
        monkeypatch.setattr(audit, name, lambda found, result=result: result)
    monkeypatch.setattr(audit, "_secrets", lambda: well[2])
    monkeypatch.setattr(audit, "BUILD", folder / "build")
    monkeypatch.setattr(audit.licences, "dependencies", lambda: pinned)
    monkeypatch.setattr(audit.licences, "NPM_LOCKS", ["package-lock.json"])
    monkeypatch.setattr("sys.argv", ["audit.py", *arguments])
    return int(audit.main())


def test_where_nobody_answers_it_says_what_was_looked_at_and_what_not(
    audit: Any, licences: Any, monkeypatch: Any, tmp_path: Path, capsys: Any
) -> None:
    monkeypatch.setattr(audit, "_pip_audit", lambda: ("", "ConnectionError: no route"))
    monkeypatch.setattr(audit, "_npm_audit", lambda lock: ("", "npm error network"))

    status = run(audit, licences, monkeypatch, tmp_path)

    said = capsys.readouterr().out
    assert status == 3
    assert "Looked at, and nothing found: licences; bills of materials; secrets." in said
    assert "Not known: advisories for Python; advisories for npm, package-lock.json: " in said


@pytest.mark.parametrize(("fixed", "status"), [("3.1.7", 1), ("3.1.6", 0)])
def test_a_known_weakness_in_a_locked_version_ends_the_audit_as_found(
    audit: Any, licences: Any, monkeypatch: Any, tmp_path: Path, capsys: Any, fixed: str, status: int
) -> None:
    brought = [
        record("PyPI", "jinja2", {"introduced": "3"}, {"fixed": fixed}),
        record("npm", "form-js", {"introduced": "0"}, {"fixed": "1.0.0"}),
    ]
    (tmp_path / "osv.json").write_text(json.dumps(brought))

    ended = run(audit, licences, monkeypatch, tmp_path, "--advisories", str(tmp_path / "osv.json"))

    assert ended == status
    assert ("jinja2 3.1.6: X-1, mended in 3.1.7" in capsys.readouterr().out) == (status == 1)


# --- advisories: an export that was brought --------------------------------------------------------


def record(ecosystem: str, name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    ranges = [{"type": kind, "events": list(events)}] if events else []
    part = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **more}
    return {"id": "X-1", "modified": "2026-11-01T00:00:00Z", "affected": [part]}


@pytest.mark.parametrize(
    ("kind", "version", "events", "is_weak"),
    [
        ("PyPI", "2.10", [{"introduced": "0"}, {"fixed": "2.10.1"}], True),
        ("PyPI", "2.10.1", [{"introduced": "0"}, {"fixed": "2.10.1"}], False),
        ("PyPI", "2.9", [{"introduced": "2.10"}, {"fixed": "2.11"}], False),
        ("PyPI", "3.1", [{"introduced": "0"}, {"fixed": "2"}, {"introduced": "3"}, {"fixed": "3.2"}], True),
        ("PyPI", "2.5", [{"introduced": "0"}, {"fixed": "2"}, {"introduced": "3"}, {"fixed": "3.2"}], False),
        ("PyPI", "1.4", [{"introduced": "1"}, {"last_affected": "1.4"}], True),
        ("PyPI", "1.5", [{"introduced": "1"}, {"last_affected": "1.4"}], False),
        ("PyPI", "2.0rc1", [{"introduced": "0"}, {"fixed": "2.0"}], True),
        ("npm", "4.17.9", [{"introduced": "0"}, {"fixed": "4.17.19"}], True),
        ("npm", "4.17.21", [{"introduced": "0"}, {"fixed": "4.17.19"}], False),
        ("npm", "2.0.0-rc.1", [{"introduced": "0"}, {"fixed": "2.0.0"}], True),
    ],
)
def test_a_version_is_weak_where_the_record_says_so(
    licences: Any, kind: str, version: str, events: list[dict[str, str]], is_weak: bool
) -> None:
    advisories = importlib.import_module("auditing.advisories")
    pinned = licences.Dependency(advisories.ECOSYSTEMS[kind], "a-name", version, "MIT", True)
    name = "A_Name" if kind == "PyPI" else "a-name"

    found = advisories.weaknesses([record(kind, name, *events)], [pinned])
    withdrawn = advisories.weaknesses([{**record(kind, name, *events), "withdrawn": "2026"}], [pinned])

    assert (bool(found), withdrawn) == (is_weak, [])


def test_an_export_is_read_in_each_of_its_forms_and_what_it_leaves_out_stays_unknown(
    audit: Any, licences: Any, tmp_path: Path
) -> None:
    one = record("PyPI", "jinja2", {"introduced": "0"}, {"fixed": "9"})
    forms = {
        name: tmp_path / name for name in ("one.json", "list.json", "said.json", "lines.jsonl", "all.zip")
    }
    forms["one.json"].write_text(json.dumps(one))
    forms["list.json"].write_text(json.dumps([one]))
    forms["said.json"].write_text(json.dumps({"vulns": [one]}))
    forms["lines.jsonl"].write_text(json.dumps(one) + "\n\n")
    with zipfile.ZipFile(forms["all.zip"], "w") as packed:
        packed.writestr("X-1.json", json.dumps(one))
    pinned = [licences.Dependency("python", "jinja2", "3.1", "BSD", True)]

    for path in [*forms.values(), tmp_path]:
        results = audit.brought([path], pinned)

        assert [each.verdict for each in results] == [audit.FOUND, audit.UNKNOWN], path
        assert results[0].said[1] == "jinja2 3.1: X-1, mended in 9"


@pytest.mark.parametrize(
    "content", ["", "no JSON", "{}", "[]", '{"vulns": []}', '[{"id": "X", "affected": 1}]']
)
def test_a_file_that_is_no_export_is_no_clean_answer(audit: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)

    results = audit.brought([path], [])

    assert audit.exit_status(results) == 3

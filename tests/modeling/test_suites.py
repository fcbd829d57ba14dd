"""Diagrams, decisions and forms of others: each deploys or is refused with a reason, and soon.

The material stands outside the repository; `FLOWCASE_SUITES` says where (default ../shared/suites).
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from flowcase.errors import InvalidDefinition
from flowcase.modeling import Severity, check_bpmn, check_bundle, check_dmn, check_form, read_bpmn

REPOSITORY = Path(__file__).parents[2]
SUITES = Path(os.environ.get("FLOWCASE_SUITES") or REPOSITORY.parent / "shared" / "suites") / "bpmn"
CHECKS = {".bpmn": check_bpmn, ".dmn": check_dmn, ".form": check_form}
FILES = sorted(path for path in SUITES.rglob("*") if path.suffix in CHECKS) if SUITES.is_dir() else []
LIMIT = 5.0  # seconds of computing a file

needs_suites = pytest.mark.skipif(
    not FILES, reason=f"the diagrams of others are absent: there is nothing at {SUITES} (FLOWCASE_SUITES)"
)


@needs_suites
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name[-60:]}")
def test_a_file_of_others_deploys_or_is_refused_in_time_and_plain_words(path):
    begun = time.process_time()

    findings = CHECKS[path.suffix](path.read_bytes(), path.name)

    assert time.process_time() - begun < LIMIT
    for finding in findings:
        assert finding.rule != "rule-crashed"
        assert finding.message and finding.remedy
        assert not any(word in finding.message for word in ("Traceback", "Exception", "object at 0x", "None"))
    if path.suffix == ".bpmn":
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        try:
            processes = read_bpmn(path.read_bytes(), path.name).processes
        except InvalidDefinition:
            assert errors, "what cannot be read must be refused by the check"
        else:
            assert processes, "a file that is read holds an executable process"


@needs_suites
def test_how_many_files_of_others_deploy_is_printed(capsys):
    deploying, refused, rules = Counter(), Counter(), Counter()
    for path in FILES:
        findings = CHECKS[path.suffix](path.read_bytes(), path.name)
        blocking = {finding.rule for finding in findings if finding.severity is Severity.ERROR}
        (refused if blocking else deploying)[path.suffix] += 1
        rules.update(blocking)

    with capsys.disabled():
        print(f"\n{len(FILES)} files of others: deploy {dict(deploying)}, refused {dict(refused)}")
        print("refused by " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))
    assert sum(deploying.values()) + sum(refused.values()) == len(FILES)
    assert deploying[".bpmn"] > 0
    assert refused[".bpmn"] > 0


@needs_suites
def test_all_files_of_others_as_one_folder_are_checked_in_time():
    files = {str(path.relative_to(SUITES)): path.read_bytes() for path in FILES}
    begun = time.process_time()

    findings = check_bundle(files)

    assert time.process_time() - begun < 60
    assert "rule-crashed" not in {finding.rule for finding in findings}

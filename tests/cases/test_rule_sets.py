"""Manifests and profiles: what is refused, and how rule sets are composed."""

import re
from pathlib import Path

import pytest

from flowcase.cases.rule_sets import Profile, RuleSet, compose, read_manifest
from flowcase.dmn import check_table
from flowcase.errors import InvalidValues, NotFound
from flowcase.modeling import Severity
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.deploying.rule_set_check import check_manifests

PROCESSES = Path(__file__).parents[2] / "processes"
NINE = {
    "LOV-SEL",
    "LOV-BL",
    "BALLERUP-2016",
    "BALLERUP-2017",
    "HERNING",
    "BORAAS",
    "SERVICESTYRELSEN-2007",
    "KBH-2011",
    "ROSKILDE-2012",
}
MANIFEST = b"""
id: TEST
version: "1"
title: Test
in_force_from: 2026-01-01
rules: {T01: {hjemmel: Test}}
settings: {dagsmoede_tid: "10:00"}
"""


def test_the_nine_rule_sets_are_shipped(manifests):
    assert {each.id for each in manifests if isinstance(each, RuleSet)} == NINE


def test_every_rule_of_a_manifest_has_its_legal_basis(manifests):
    for rule_set in manifests:
        if isinstance(rule_set, RuleSet):
            assert all(rule.legal_basis for rule in rule_set.rules.values()), rule_set.id


def test_every_timer_row_belongs_to_a_rule_set_that_names_it(manifests):
    by_id = {each.id: each for each in manifests if isinstance(each, RuleSet)}
    text = (PROCESSES / "decisions" / "D-11_fristpolitik.dmn").read_text()
    rows = re.findall(
        r"<text>\"(T\d\d)\"</text>\s*</inputEntry>\s*<inputEntry[^>]*>\s*<text>(.*?)</text>", text
    )

    unnamed = [
        (timer, name)
        for timer, names in rows
        for name in re.findall(r'"([A-Z]+-?\d*[A-Z]*)"', names)
        if name in by_id and timer not in by_id[name].rules
    ]

    assert rows
    assert unnamed == []


@pytest.mark.parametrize("file", ["D-11_fristpolitik.dmn", "D-02_opfoelgning_kadence.dmn"])
def test_the_tables_have_no_overlap_and_no_row_that_never_matches(file):
    model = read_dmn((PROCESSES / "decisions" / file).read_bytes(), file)

    findings = [each for decision in model.decisions.values() for each in check_table(decision)]

    # Gaps are meant: no row says that a rule set has no opinion.
    assert [str(each) for each in findings if each.is_error] == []
    assert [str(each) for each in findings if each.rule == "dmn-table-unreachable-rule"] == []


def test_the_shipped_profile_is_law_meeting_structure_and_cadence(composed):
    composition = composed()

    assert [[each.id for each in sets] for sets in composition.speaking_on("T05")] == [
        ["LOV-BL", "BALLERUP-2017", "BALLERUP-2016"]
    ]
    assert composition.settings["intake_mode"] == "fronten"
    assert composition.settings["bfu_besluttes_af"] == "familieteam"
    assert composition.settings["dagsmoede_tid"] == "09:00"


def test_a_set_that_speaks_on_some_rules_only_brings_no_settings(composed):
    assert composed().settings["bfu_besluttes_af"] == "familieteam"
    assert composed("BALLERUP-2016").settings["bfu_besluttes_af"] == "fronten"


def test_overrides_win_over_every_rule_set(composed):
    assert composed("HERNING", sagstal_graense=18).settings["sagstal_graense"] == 18


def test_a_teams_choice_replaces_local_sets_and_keeps_the_statute(manifests):
    profile = next(each for each in manifests if isinstance(each, Profile))
    chosen = Profile(**{**vars(profile), "teams": {"familieteam_syd": ("HERNING",)}})

    composition = compose(chosen, [each for each in manifests if isinstance(each, RuleSet)])

    (first, fallback) = composition.speaking_on("T05", team="familieteam_syd")
    assert [each.id for each in first] == ["LOV-BL", "HERNING"]
    assert [each.id for each in fallback] == ["LOV-BL", "BALLERUP-2017", "BALLERUP-2016"]
    assert len(composition.speaking_on("T05", team="familieteam_nord")) == 1
    assert len(composition.speaking_on("T01", team="familieteam_syd")) == 1


def test_a_rule_set_that_is_not_there_is_named(manifests):
    profile = next(each for each in manifests if isinstance(each, Profile))

    with pytest.raises(NotFound, match="LOV-BL"):
        compose(profile, [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ((b'version: "1"', b"version: 1.0"), "version"),
        ((b"2026-01-01", b"snart"), "in_force_from"),
        ((b"{hjemmel: Test}", b"{}"), "rules.T01"),
        ((b"title: Test", b"title: Test\ntal: 4"), "tal"),
        ((b"settings: {", b"settings: ["), "fil"),
    ],
)
def test_a_broken_manifest_is_refused_with_its_field(change, field):
    with pytest.raises(InvalidValues) as refused:
        read_manifest(MANIFEST.replace(*change), "test.yaml")

    assert field in refused.value.errors


def test_the_same_manifest_is_read_once_and_refused_each_time():
    assert read_manifest(MANIFEST, "a.yaml") is read_manifest(bytes(bytearray(MANIFEST)), "a.yaml")
    for _ in range(2):
        with pytest.raises(InvalidValues):
            read_manifest(b"id: [", "a.yaml")


def test_a_profile_must_name_its_rule_sets():
    profile = b'kind: profile\nid: P\nversion: "1"\ntitle: P\nin_force_from: 2026-01-01\ncompose: []\n'

    with pytest.raises(InvalidValues) as refused:
        read_manifest(profile, "p.yaml")

    assert "compose" in refused.value.errors


def test_what_is_no_yaml_is_refused_with_its_line():
    with pytest.raises(InvalidValues) as refused:
        read_manifest(b"id: X\n  title: [", "x.yaml")

    assert "linje 2" in refused.value.errors["fil"][0]


def test_a_profile_that_names_a_rule_set_nobody_has_is_found_at_deployment():
    profile = (
        b'kind: profile\nid: P\nversion: "1"\ntitle: P\nin_force_from: 2026-01-01\n'
        b"compose: [{set: TEST}, {set: MANGLER}]\nteams: {syd: [OGSAA]}\n"
    )
    files = {"rulesets/p.yaml": profile, "rulesets/test.yaml": MANIFEST}

    findings = [each for each in check_manifests(files, deployed=()) if each.severity is Severity.ERROR]

    assert [each.file for each in findings] == ["rulesets/p.yaml"] * 2
    assert "MANGLER" in findings[0].message
    assert "OGSAA" in findings[1].message
    [warning] = check_manifests(files, deployed=("MANGLER", "OGSAA"))
    assert (warning.rule, warning.file) == ("rule-set-source", "rulesets/test.yaml")


def test_a_broken_manifest_is_a_finding_with_its_field():
    (finding,) = check_manifests({"rulesets/x.yaml": MANIFEST.replace(b"2026-01-01", b"snart")}, deployed=())

    assert (finding.rule, finding.element) == ("rule-set-manifest", "in_force_from")

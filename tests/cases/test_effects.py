"""The effect goals I-20 to I-24: suspicion apart, the widened target group apart, no figure of nobody."""

from __future__ import annotations

from flowcase.cases.effects import Effect, mentor_effects, network_effects

S_15 = {
    "kriterium": "kerne",
    "eftertjekket": "2027-02-26",
    "kendt_kriminalitet": False,
    "mistanke": True,
    "uddannelse_arbejde": True,
    "bor_hjemme": False,
    "redskaber": None,
}


def test_a_suspicion_counts_as_no_known_crime_and_is_told_apart():
    [crime, education, home, tools] = network_effects([S_15])

    assert crime == Effect("I-20", 1, 1, apart=1)
    assert crime.percent == 100
    assert (education.count, home.count) == (1, 0)
    assert tools.percent is None


def test_an_effort_that_was_not_checked_yet_counts_nowhere():
    running = {**S_15, "eftertjekket": None}

    assert network_effects([running])[0] == Effect("I-20", 0, 0)


def test_the_widened_target_group_is_counted_apart():
    widened = {**S_15, "kriterium": "udvidet", "kendt_kriminalitet": True}

    assert network_effects([S_15, widened])[0] == Effect("I-20", 1, 2, apart=1)
    assert network_effects([S_15, widened], "kerne")[0] == Effect("I-20", 1, 1, apart=1)
    assert network_effects([S_15, widened], "udvidet")[0] == Effect("I-20", 0, 1)


def test_mentors_are_counted_by_young_person_and_goals_only_where_somebody_asked():
    matches = [
        {"mentorung_id": "u1", "status": "slut", "stadig_sag": False, "uddannelse_arbejde": True},
        {"mentorung_id": "u1", "status": "loeber", "stadig_sag": None, "uddannelse_arbejde": None},
        {"mentorung_id": "u2", "status": "slut", "stadig_sag": True, "uddannelse_arbejde": False},
    ]

    assert mentor_effects(matches, goal=30) == [
        Effect("I-24", 2, 30),
        Effect("I-24 aktive", 1, 3),
        Effect("I-24 ikke sag", 1, 2),
        Effect("I-24 uddannelse", 1, 2),
    ]

"""What repeats itself in the story of a case is told once with its count, and nothing of it is lost."""

from __future__ import annotations

import datetime as dt

from flowcase.history.story import Told
from flowcase.web.cases.story_folding import folded, moments_of

AT = dt.datetime(2026, 3, 27, 8, tzinfo=dt.UTC)


def story(*told):
    return [
        Told(AT + dt.timedelta(days=day), who, text, "RecordCreated") for day, (who, text) in enumerate(told)
    ]


def test_the_same_again_and_again_is_one_passage_with_its_count_its_newest_and_its_first_time():
    met = [("Tine", f"Skrevet i Møde. Næste {day}.4.2026 kl. 09.00.") for day in range(1, 13)]

    [passage, begun] = folded(moments_of(story(("Tine", "Forløbet begyndte."), *met)))

    assert (passage.times, len(passage)) == (12, 12)
    assert passage.moments[0].lines == ("Skrevet i Møde. Næste 12.4.2026 kl. 09.00.",)
    assert passage.first == AT + dt.timedelta(days=1)
    assert (begun.times, begun.before) == (1, ())


def test_a_round_of_several_moments_folds_as_a_round_and_keeps_every_moment():
    round_of_three = [("Tine", "Indkaldt."), ("Tine", "Talt med barnet."), ("Tine", "Fulgt op.")]
    told = story(*round_of_three * 4)

    [passage] = folded(moments_of(told))

    assert passage.times == 4
    assert [moment.lines[0] for moment in passage.moments] == ["Fulgt op.", "Talt med barnet.", "Indkaldt."]
    assert len((*passage.moments, *passage.before)) == len(told)


def test_what_happened_twice_stays_as_it_is():
    passages = folded(moments_of(story(("Tine", "Holdt møde."), ("Tine", "Holdt møde."))))

    assert [passage.times for passage in passages] == [1, 1]


def test_other_people_other_numbers_and_other_words_do_not_fold():
    told = story(("Tine", "Trin: 2."), ("Tine", "Trin: 3."), ("Omar", "Trin: 3."), ("Omar", "Sagen lukket."))

    passages = folded(moments_of(told))

    assert [passage.times for passage in passages] == [1, 1, 1, 1]

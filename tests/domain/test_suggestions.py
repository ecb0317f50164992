from itertools import product

import pytest

from cocreate.domain import suggestions
from cocreate.domain.suggestions import STRATEGIES, suggest

PUBLISHED = [("eddee", "proximity"), ("aedff", "value_network"), ("dbadd", "customer_cooperation"),
             ("aedaa", "industrial_symbiosis"), ("daxdd", "customer_cooperation"), ("bedaf", "value_network"),
             ("bbbbx", "take_back"), ("bedbb", "take_back"), ("aeeaf", "value_network"),
             ("aadaa", "industrial_symbiosis"), ("babbd", "take_back"), ("ccdcc", "platform"), ("cccce", "platform"),
             ("daadd", "customer_cooperation")]


class TestSuggest:
    @pytest.mark.parametrize(("answers", "strategy"), PUBLISHED)
    def test_the_strategy_of_each_published_case_comes_first(self, answers, strategy):
        assert suggest(answers).best[0] == strategy

    def test_highest_possible_points_are_as_described(self):
        most = [max(suggestions.score("".join(letters))[strategy] for letters in product("abcdef"[:5], repeat=5))
                for strategy in STRATEGIES]
        # The sixth answers count for the network only.
        assert most[:5] == [13, 14, 15, 14, 13] and suggestions.score("fe" + "e" + "ff")["value_network"] == 14

    def test_one_that_is_well_ahead_fits_best_and_says_why(self):
        found = suggest("aadaa")
        assert (found.kind, found.best, found.points["industrial_symbiosis"]) == ("one", ("industrial_symbiosis",), 13)
        assert found.because["industrial_symbiosis"] == ((0, 0), (3, 0), (4, 0))

    def test_two_that_are_near_both_fit_with_what_makes_the_difference(self):
        found = suggest("bedaf")
        assert found.kind == "two" and found.best[0] == "value_network" and found.difference is not None

    @pytest.mark.parametrize("answers", ["xxxxx", "axxxa", "abcxx"])
    def test_few_answers_or_scattered_ones_start_open(self, answers):
        found = suggest(answers)
        assert found.kind == "open" and len(found.best) == 2

    def test_what_speaks_against_it_is_the_strongest_answer_for_another(self):
        assert suggest("babbe").against == ((4, 4), "proximity")

    def test_no_answer_that_counts_for_what_fits_speaks_against_it(self):
        assert suggest("daadd").against is None  # two organisations: as good for the customer as for symbiosis
        for answers in map("".join, product("abcdefx", repeat=suggestions.QUESTIONS)):
            if suggestions.valid(answers) and (found := suggest(answers)).against and found.kind != "open":
                (question, answer), other = found.against
                worth = suggestions.POINTS[question][answer]
                assert worth[other] >= suggestions.REASON_FROM and not set(found.best) & set(worth), answers

    def test_nothing_speaks_against_what_all_answers_say(self):
        assert suggest("cccCc".lower()).against is None

    @pytest.mark.parametrize("answers", ["", "aaaa", "gaaaa", "afaaa", "aaaaaa", "AAAAA"])
    def test_anything_else_is_no_answer(self, answers):
        with pytest.raises(ValueError, match="not five answers"):
            suggest(answers)

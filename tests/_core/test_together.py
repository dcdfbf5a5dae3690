"""Functions in turn: who meets whom, what each gets, and what is left when one fails."""

import threading
import time
import warnings

import numpy as np
import pytest
from sklearn import config_context, get_config
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import SeqNetQuakeClassifier
from skquake._core._together import ask, clock, most_together, together

MET = []


class Square:
    """Asks for the square of a number; odd ones above ten fail."""

    def __init__(self, number):
        self.number = number

    def answer(self):
        return self.number**2

    @classmethod
    def answers(cls, requests):
        MET.append([request.number for request in requests])
        return [ValueError("odd") if r.number > 10 and r.number % 2 else r.answer() for r in requests]


@pytest.fixture(autouse=True)
def met():
    MET.clear()
    return MET


def squares(*numbers):
    return lambda: [ask(Square(number)) for number in numbers]


def test_answers_come_together(met):
    functions = [squares(1, 2), squares(3), squares(), squares(4, 5)]
    assert list(together(functions, 3)) == [(2, []), (1, [9]), (0, [1, 4]), (3, [16, 25])]
    assert met == [[1, 3], [2], [4], [5]]


def test_alone_is_as_without(met):
    assert list(together([squares(1, 2), squares(3)], 1)) == [(0, [1, 4]), (1, [9])]
    assert ask(Square(3)) == 9 and not met


def test_an_answer_may_be_an_error(met):
    def careful():
        try:
            return ask(Square(13))
        except ValueError as error:
            return str(error)

    assert dict(together([careful, squares(4)], 2)) == {0: "odd", 1: [16]}
    assert met == [[13, 4]]


def test_an_error_ends_the_others():
    ended = []

    def waits():
        try:
            ask(Square(2))
        finally:
            ended.append(threading.current_thread())

    def fails():
        ask(Square(2))
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        list(together([fails, waits, waits], 3))
    for _ in range(100):
        if len(ended) == 2:
            break
        time.sleep(0.02)
    assert len(ended) == 2


def test_nested(met):
    def outer():
        return dict(together([squares(1), squares(2)], 2)), ask(Square(3))

    assert dict(together([outer, outer], 2)) == dict.fromkeys(range(2), ({0: [1], 1: [4]}, 9))
    assert met == [[1, 2], [1, 2], [3, 3]]


def test_settings_are_those_of_the_caller():
    def seen():
        ask(Square(1))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask(Square(2))
            return get_config()["assume_finite"], np.geterr()["divide"]

    before = list(warnings.filters)
    with config_context(assume_finite=True), np.errstate(divide="raise"):
        assert [found for _, found in together([seen] * 3, 3)] == [(True, "raise")] * 3
    assert warnings.filters == before


def test_seconds_of_others_do_not_count():
    def takes(seconds):
        start = clock()
        time.sleep(seconds)
        ask(Square(1))
        time.sleep(seconds)
        return clock() - start

    short, long = (found for _, found in together([lambda: takes(0.0), lambda: takes(0.2)], 2))
    assert short < 0.2 < 0.4 <= long


def test_only_networks_of_jax_ask_for_more():
    assert most_together([LogisticRegression()]) == 1
    watched = make_pipeline("passthrough", SeqNetQuakeClassifier(validation_fraction=0.2))
    assert most_together([watched]) == 1

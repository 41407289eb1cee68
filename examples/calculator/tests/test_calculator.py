"""The tree, and the three layers together."""

import pytest
from calculator import calculate
from calculator.parser import Number, Operation, parse
from calculator.tokens import tokenize


def test_signs_of_one_rank_group_to_the_left():
    tree = parse(tokenize("1-2-3"))
    assert tree == Operation("-", Operation("-", Number(1), Number(2)), Number(3))


@pytest.mark.parametrize("text", ["", "1 +", "(1", "1 2", "* 1"])
def test_what_is_no_expression_is_an_error(text):
    with pytest.raises(SyntaxError):
        parse(tokenize(text))


def test_a_whole_expression():
    assert calculate("2 * (3 + 4) - 2^3^2 / 64") == 6


def test_names_and_signs_before_an_atom():
    assert calculate("-x * -(y - 1)", {"x": 3, "y": 5}) == 12


def test_a_name_without_a_value_is_an_error():
    with pytest.raises(NameError, match="no value for 'z'"):
        calculate("z + 1")

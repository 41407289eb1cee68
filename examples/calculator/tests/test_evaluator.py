"""From a tree to its value."""

import pytest
from calculator.evaluator import apply, divide, evaluate
from calculator.parser import Name, Number, Operation


def test_nothing_is_divided_by_zero():
    with pytest.raises(ZeroDivisionError, match="3 / 0"):
        divide(3, 0)


@pytest.mark.parametrize(("sign", "value"), [("+", 8), ("-", 4), ("*", 12), ("/", 3), ("^", 36)])
def test_each_sign_has_its_operation(sign, value):
    assert apply(sign, 6, 2) == value


def test_a_name_takes_its_value_from_outside():
    tree = Operation("+", Name("x"), Number(1))
    assert evaluate(tree, {"x": 2}) == 3

"""From text to tokens."""

import pytest
from calculator.tokens import Token, is_number_part, take_while, tokenize


def test_a_number_holds_digits_and_a_point():
    assert [is_number_part(character) for character in "7.x"] == [True, True, False]


def test_take_while_stops_at_the_first_stranger():
    assert take_while("abc1d", 1, str.isalpha) == "bc"


def test_spaces_are_dropped():
    assert tokenize(" 1.5 *x2") == [Token("number", "1.5"), Token("sign", "*"), Token("name", "x2")]


def test_an_unknown_character_is_an_error():
    with pytest.raises(SyntaxError, match="unexpected '§' at 2"):
        tokenize("1 § 2")

from wild.core import leaf


def test_inside_the_package(four):
    """- ~> four; four -> double; double -> leaf; test_inside_the_package -> leaf"""
    assert four == 4 * leaf()

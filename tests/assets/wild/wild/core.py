"""The functions."""


def leaf():
    """One.

    >>> leaf()
    1
    """
    return 1


def double(n):
    """Twice.

    >>> double(2)
    4
    """
    return n * 2 * leaf()


async def later():
    """One, later."""
    return leaf()

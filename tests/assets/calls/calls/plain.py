import functools
import re
import sys


def leaf():
    return 1


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@logged
def decorated():
    return leaf()


def rank(n):
    leaf()
    return -n


def by_c():
    return sorted([1, 2], key=rank)


def mapped():
    return list(map(rank, [1]))


def partial():
    return functools.partial(rank, 3)()


def replace(match):
    leaf()
    return "b"


def substituted():
    return re.sub("a", replace, "aa")


def recursive(n):
    return recursive(n - 1) if n else leaf()


def raising(n):
    if n:
        raising(n - 1)
    raise ValueError(n)


def leaving():
    leaf()
    sys.exit(3)


def made_by_exec():
    scope = {"leaf": leaf}
    exec("def made():\n    return leaf()\n", scope)
    return scope["made"]()


def nested():
    def inner():
        return leaf()

    return inner() + (lambda: leaf())()


def defaults(value=leaf()):
    return value


def deep(n):
    return deep(n - 1) + 1 if n else 0

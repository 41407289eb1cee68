import functools


def leaf():
    return 1


@functools.lru_cache
def cached():
    return leaf()


class Single:
    _only = None

    @classmethod
    def get(cls):
        if cls._only is None:
            cls._only = Single()
        return cls._only

    def __init__(self):
        leaf()


def endless():
    leaf()
    while True:
        yield 1


SUSPENDED = endless()


def lazily():
    from calls import lazy

    return lazy.late()


def resource():
    return leaf()


def release():
    leaf()

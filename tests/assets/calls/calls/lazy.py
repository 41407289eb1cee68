from calls.state import leaf

VALUE = leaf()


def late():
    return VALUE

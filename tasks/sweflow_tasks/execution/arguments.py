"""pytest's arguments on a tree that does not hold every test file yet."""

from sweflow_tracer.project.files import Blobs

_TAKES_VALUE = frozenset({"-k", "-m", "-p", "-o", "-c", "-r", "-W", "-n", "--deselect", "--ignore"})


def present_arguments(arguments: tuple[str, ...], original: Blobs, tree: Blobs) -> list[str]:
    """The arguments without paths that the original has and the tree has not: pytest refuses those."""
    kept = []
    for before, argument in zip(("", *arguments), arguments, strict=False):
        path = argument.partition("::")[0].removeprefix("./").rstrip("/")
        value = argument.startswith("-") or before in _TAKES_VALUE
        if value or not _holds(original, path) or _holds(tree, path):
            kept.append(argument)
    return kept


def options_among(arguments: tuple[str, ...], original: Blobs) -> list[str]:
    """The arguments that are no paths of the original."""
    return present_arguments(arguments, original, {})


def _holds(blobs: Blobs, path: str) -> bool:
    return path in blobs or any(name.startswith(path + "/") for name in blobs)

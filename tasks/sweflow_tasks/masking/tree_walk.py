"""The walk: trees of a chain one after the other, each made of the one before by the files that differ."""

from collections.abc import Iterable, Mapping

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.masking.chain import Chain


class TreeWalk:
    """Where it stands is a tree, at first that before the first step. What a move costs is in how many files differ."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._code, self._tests = 0, 0
        self._files = dict(chain.blobs(0, 0))
        self._of_code, self._of_tests = files_of_code(chain), files_of_tests(chain)

    @property
    def files(self) -> Blobs:
        """Every file of the tree, as ``Chain.blobs`` gives them."""
        return dict(self._files)

    def move(self, code: int, tests: int) -> dict[str, tuple[str, bytes] | None]:
        """Go to another tree; the files that differ there, None where one is gone."""
        touched = {*_between(self._of_code, self._code, code), *_between(self._of_tests, self._tests, tests)}
        self._code, self._tests = code, tests
        changed = {}
        for path in sorted(touched):
            now = self._chain.blob(path, code, tests)
            if now != self._files.get(path):
                changed[path] = now
                if now is None:
                    del self._files[path]
                else:
                    self._files[path] = now
        return changed

    def at(self, code: int, tests: int) -> Blobs:
        """Every file of another tree, to which it goes."""
        self.move(code, tests)
        return self.files


def files_of_code(chain: Chain) -> dict[int, frozenset[str]]:
    """By step, the core files in which its functions return."""
    return files_by_step(chain.code.items())


def files_of_tests(chain: Chain) -> dict[int, frozenset[str]]:
    """By step, the files that change with its tests: those that these stand in, and those that appear."""
    return files_by_step((*chain.tests.items(), *chain.appears.items()))


def files_by_step(steps: Iterable[tuple[str, int]]) -> dict[int, frozenset[str]]:
    """Files by step, of pairs of a function's id or a path and a step."""
    found: dict[int, set[str]] = {}
    for name, step in steps:
        found.setdefault(step, set()).add(name.partition("::")[0])
    return {step: frozenset(paths) for step, paths in found.items()}


def _between(paths: Mapping[int, Iterable[str]], one: int, other: int) -> Iterable[str]:
    """The files of the steps that one tree has and the other has not."""
    low, high = sorted((one, other))
    steps = range(low + 1, high + 1) if high - low < len(paths) else [k for k in paths if low < k <= high]
    return (path for step in steps for path in paths.get(step, ()))

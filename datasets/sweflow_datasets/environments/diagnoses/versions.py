"""Versions: a suite that a newer pytest, Python or library broke."""

import re

from sweflow_datasets.environments.values import ChangeKind, EnvironmentChange, Failure, Finding

RUNNER = (
    (r"module '_pytest[\w.]*' has no attribute|cannot import name '\w+' from '_?pytest[\w.]*'", "pytest<9"),
    (r"module 'pytest' has no attribute|'(?:Node|Config|Function|Item|Session)' object has no attribute", "pytest<8"),
    (r"no attribute 'notset'|notset", "pytest<9"),
    (r"PytestRemovedIn9Warning|pytest\.PytestRemovedIn9", "pytest<9"),
    (r"PytestRemovedIn8Warning|Support for nose tests is deprecated|import of nose", "pytest<8"),
    (r"PytestRemovedIn10Warning", "pytest<9"),
    (r"'yield' keyword is allowed in fixtures, but not in tests", "pytest<8.4"),
    (r"Argument\(s\) \{'\w+'\} are declared in the hookimpl but can not be found in the hookspec", "pytest<8"),
    (r"The \(\w+: py\.path\.local\) argument is deprecated", "pytest<8"),
    (r"pytest\.warns\(None\)|exceptions must be derived from Warning, not <class 'NoneType'>", "pytest<7"),
    (r"Plugin already registered under a different name", "pytest<8"),
    (r"Passing a non-Collection iterable to parametrize|duplicate parametrization of", "pytest<9"),
    (r"\[pytest\] section in setup\.cfg files is no longer supported", "pytest<4"),
)
"""What a newer pytest prints, and the version below which it did not."""
_OLDEST = ("pytest<7", "pytest<4")
_PYTHON = (
    (r"AttributeError: module 'collections' has no attribute '(?:Mapping|MutableMapping|Callable|Iterable)", "3.9"),
    (
        r"module 'asyncio' has no attribute 'coroutine'"
        r"|module 'inspect' has no attribute '(?:getargspec|formatargspec)",
        "3.10",
    ),
    (r"module 'pkgutil' has no attribute 'ImpImporter'|'ConfigParser' object has no attribute 'readfp'", "3.11"),
    (r"has no attribute '(?:assertEquals|assertItemsEqual|assertRegexpMatches|assertNotEquals|failUnless)'", "3.11"),
    (r"module 'ast' has no attribute '(?:Str|Num|NameConstant|Bytes)'", "3.11"),
    (r"cannot import name 'formatargspec' from 'inspect'|module 'gettext' has no attribute 'bind_textdomain", "3.10"),
    (r"cannot import name '\w+' from 'collections'", "3.9"),
    (r"datetime\.utcnow\(\) is deprecated", "3.11"),
)
"""What a newer Python says of an older program, and the newest one that does not."""
_SINCE = re.compile(r"cannot import name '(\w+)' from '(typing|datetime|enum|asyncio|functools|itertools)'")
NEWER = {"Self": "3.11", "override": "3.12", "UTC": "3.11", "StrEnum": "3.11", "batched": "3.12", "TaskGroup": "3.11",
         "LiteralString": "3.11", "Never": "3.11", "assert_never": "3.11", "TypeAlias": "3.10", "ParamSpec": "3.10",
         "NotRequired": "3.11", "Unpack": "3.11", "pairwise": "3.10", "TypeAliasType": "3.12",
         "TypeIs": "3.13"}  # fmt: skip
_LIBRARIES = (
    (r"module 'numpy' has no attribute '(?:int|float|bool|object|str)'", "numpy<1.24"),
    (r"np\.\w+` was removed in the NumPy 2\.0|numpy\.core\.multiarray failed to import", "numpy<2"),
    (r"cannot import name '(?:Markup|escape|soft_unicode)' from '(?:jinja2|markupsafe)'", "markupsafe<2.1"),
    (
        r"cannot import name '(?:url_quote|url_decode)' from 'werkzeug\.urls'"
        r"|module 'werkzeug' has no attribute '__version__'",
        "werkzeug<3",
    ),
    (r"No module named 'pkg_resources'", "setuptools<81"),
    (r"'event_loop' fixture|fixture 'event_loop' not found", "pytest-asyncio<1"),
    (
        r"__init__\(\) got an unexpected keyword argument 'mix_stderr'|got an unexpected keyword argument 'mix_stderr'",
        "click<8.2",
    ),
)
"""What a newer release of a library says of a program that is older."""
_SYNTAX = re.compile(r"SyntaxError: invalid syntax|SyntaxError: Missing parentheses in call to 'print'")
_FILTER = re.compile(
    r"^(?:E\s+|INTERNALERROR>\s+)?"
    r"\S*(?:Deprecation|PendingDeprecation|Future|Resource|PytestUnraisableException)Warning: ",
    re.MULTILINE,
)


def broken_by_runner(failure: Failure) -> tuple[Finding, ...]:
    """An older pytest."""
    found = [
        EnvironmentChange(ChangeKind.LIMIT, limit, _line(failure.text, pattern))
        for pattern, limit in RUNNER
        if re.search(pattern, failure.text)
    ]
    return tuple(change for change in dict.fromkeys(found) if change.value not in _OLDEST)


def broken_by_python(failure: Failure) -> tuple[Finding, ...]:
    """An older Python, or a newer one where a name of the standard library is not there yet."""
    found = [
        EnvironmentChange(ChangeKind.PYTHON, version, _line(failure.text, pattern))
        for pattern, version in _PYTHON
        if re.search(pattern, failure.text)
    ]
    for name, module in _SINCE.findall(failure.text):
        if name in NEWER:
            found.append(EnvironmentChange(ChangeKind.PYTHON, NEWER[name], f"{module} has {name} since {NEWER[name]}"))
    return tuple(dict.fromkeys(found))


def broken_by_library(failure: Failure) -> tuple[Finding, ...]:
    """An older release of a library that changed."""
    return tuple(
        EnvironmentChange(ChangeKind.LIMIT, limit, _line(failure.text, pattern))
        for pattern, limit in _LIBRARIES
        if re.search(pattern, failure.text)
    )


def warnings_as_errors(failure: Failure) -> tuple[Finding, ...]:
    """Warnings that a configuration turns into errors and newer releases give."""
    found = _FILTER.search(failure.text)
    return (EnvironmentChange(ChangeKind.ARGUMENT, "-o filterwarnings=", found[0].strip()[:120]),) if found else ()


def _line(text: str, pattern: str) -> str:
    return next((line.strip()[:160] for line in text.splitlines() if re.search(pattern, line)), pattern)

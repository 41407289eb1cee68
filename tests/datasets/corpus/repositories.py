"""Repositories for runs over many: a good one, small, and poisoned ones."""

import sys
from pathlib import Path

GOOD = {
    "pyproject.toml": '[project]\nname = "NAME"\nversion = "1.0"\nlicense = "MIT"\n',
    "NAME.py": "def one():\n    return 1\n\n\ndef two():\n    return one() + 1\n",
    "tests/test_NAME.py": "import NAME\n\n\ndef test_one():\n    assert NAME.one() == 1\n\n\ndef test_two():\n    assert NAME.two() == 2\n",
}
POISON = {
    "hangs": {"hangs.py": "import time\ntime.sleep(600)\n"},
    "forks": {
        "tests/conftest.py": "import subprocess, sys, time\nfor _ in range(150):\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "time.sleep(600)\n"
    },
    "floods": {"tests/conftest.py": "import os\nline = b'x' * 65536\nfor _ in range(6400):\n    os.write(2, line)\n"},
    "deletes": {
        "tests/conftest.py": "import pathlib, shutil\nshutil.rmtree(pathlib.Path(__file__).parents[1], ignore_errors=True)\n"
    },
    "hoards": {"hoards.py": "held = []\nwhile True:\n    held.append(bytearray(16 << 20))\n"},
    "fills": {
        "tests/conftest.py": "import tempfile, time\nfor _ in range(200):\n"
        "    tempfile.NamedTemporaryFile(delete=False).write(b'x' * (1 << 20))\n    time.sleep(0.02)\ntime.sleep(600)\n"
    },
    "empty": {"tests/test_NAME.py": ""},
    "fails": {"tests/test_NAME.py": "def test_no():\n    assert False\n"},
}
PYTHON = sys.executable


def write(root: Path, name: str, poison: str = "") -> Path:
    """A repository of this name, good but for what is poisoned."""
    files = {**GOOD, **(POISON[poison] if poison else {})}
    for path, text in files.items():
        place = root / name / path.replace("NAME", name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("NAME", name), "utf-8")
    return root / name


def write_list(file: Path, names: list[str], **more: str) -> Path:
    """A list of folders beside it, which all take this interpreter as it is."""
    text = f'[defaults]\npython = "{PYTHON}"\nreruns = 0\n'
    for name in names:
        text += f'\n[[repository]]\npath = "{name}"\n{more.get(name, "")}\n'
    file.write_text(text, "utf-8")
    return file

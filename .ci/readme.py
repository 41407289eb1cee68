"""Run the README's two commands, as they stand there, in a fresh clone: ``readme.py CLONE PYTHON``."""

import os
import re
import subprocess
import sys
from pathlib import Path


def main(clone: Path, python: Path) -> None:
    """Clone this repository and run the first two shell blocks of its README."""
    root = Path(__file__).parent.parent
    subprocess.run(["git", "clone", "-q", str(root), str(clone)], check=True)
    text = (clone / "README.md").read_text("utf-8")
    commands = re.findall(r"```(?:sh|bash|shell|console)\n(.*?)```", text, re.DOTALL)[:2]
    path = os.pathsep.join((str(python.parent), os.environ["PATH"]))
    for command in commands:
        print(f"$ {command}", flush=True)
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=clone, env={**os.environ, "PATH": path}, check=True
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

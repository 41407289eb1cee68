"""``python -m sweflow``."""

from sweflow.cli import main

main()

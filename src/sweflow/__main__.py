"""``python -m sweflow``."""

from sweflow.cli.main import main

main()

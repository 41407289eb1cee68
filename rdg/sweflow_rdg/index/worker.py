"""``python -m sweflow_rdg.worker``: index the files that come on standard input, as a pickle, to standard output."""

import pickle
import sys

from sweflow_rdg.index.pool import index_one, parse


def main() -> None:
    """Answer one request."""
    jobs = pickle.load(sys.stdin.buffer)
    index = parse if "--plain" in sys.argv else index_one
    sys.stdout.buffer.write(pickle.dumps([index(job) for job in jobs]))


if __name__ == "__main__":
    main()

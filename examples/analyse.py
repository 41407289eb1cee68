"""Analyse a repository: which functions most hangs on, and in what order one would write it anew.

python examples/analyse.py examples/calculator calculator.sweflow
"""

import sys
from pathlib import Path

import networkx as nx
from rich import print

import sweflow


def main(repo: Path, out: Path) -> None:
    sweflow.trace(repo, out, python=Path(sys.executable), allow_dirty=True)
    graph = sweflow.graph(out)
    print(graph)  # values show themselves: here as a table, in a notebook with a picture

    for row in sweflow.questions.hot_spots(graph)[:3]:
        callers = sweflow.questions.about(graph, row.function).callers
        print(f"{row.function}: {row.tests} tests reach it, {len(callers)} functions call it")

    rank = nx.betweenness_centrality(graph.to_networkx())  # from here on with networkx
    print("on most paths:", max(rank, key=rank.__getitem__))

    schedule = sweflow.schedule(out)
    print(schedule)
    print("side by side:", sweflow.waves(schedule))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

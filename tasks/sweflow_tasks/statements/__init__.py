"""Statements: take a step and the sources, give what a solver reads and what it leaves unsaid."""

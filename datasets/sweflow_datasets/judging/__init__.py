"""Judging outside sweflow: one script that other people's harnesses run in a task's image, and what it is told."""

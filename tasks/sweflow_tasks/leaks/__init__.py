"""Leaks: take masked bodies and trees, give the places where a body stands a second time."""

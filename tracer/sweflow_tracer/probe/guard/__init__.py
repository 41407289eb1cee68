"""The guard: what makes a run's results hard to forge for the code under test (V6).

It stands in the same interpreter as that code, so it is no wall: docs/grading.md says what it stops and what not.
"""

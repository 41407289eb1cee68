"""The full certificate of a task: what its tests are worth, measured on really running trees (V1, V5).

It takes the draft that verification ended with and a pool of jobs, and gives the figures of each step (``Full``), the
tests that turned out flaky, and the reasons for which options reject what is too weak.

``gold.py`` runs the tests on the reference trees again and again, ``trial.py`` with the step's functions changed:
mutants, and each function left out.
"""

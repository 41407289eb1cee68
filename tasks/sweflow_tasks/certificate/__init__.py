"""The full certificate of a task: what its tests are worth, measured on really running trees (V1, V5).

``gold.py`` runs the tests on the reference trees again and again, ``trial.py`` with the step's functions changed:
mutants, and each function left out.
"""

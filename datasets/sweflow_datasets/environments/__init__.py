"""Environments: take a repository, give an interpreter with which its tests run, recorded and proved.

``sources`` say what the repository's files ask for; ``diagnoses`` read what went wrong; ``make.py`` goes round: lock,
install, prove, one change. See docs/environments.md.
"""

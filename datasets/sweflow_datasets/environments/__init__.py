"""Environments: take a repository, give an interpreter with which its tests run, recorded and proved.

``sources`` say what the repository's files ask for, ``diagnoses`` what went wrong; ``search.py`` goes round: build,
lock, install, prove, one change. See docs/environments.md.
"""

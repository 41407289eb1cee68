"""The project: takes a repository's path, gives its files, read without its own configuration, and the
interpreter that runs its tests.
"""

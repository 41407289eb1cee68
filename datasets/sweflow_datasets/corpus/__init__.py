"""Many repositories: take a list of them, give a folder with a build of each, a journal and a manifest.

``reading.py`` reads the list; each repository goes through the stages of ``stages.py``, whose results stand under
a key of what they were made from; an engine (``port.py``, ``local.py``) runs them, and ``run.py`` drives it. See
docs/corpus.md.
"""

"""The probe: what runs inside the target's interpreter. Standard library and pytest only, Python 3.9 and later.

The folder is copied under a private name into a scratch folder and loaded with ``-p``; nothing imports it
under the name that it has here. ``config.json`` beside the copy tells it what to do (see ``configuration``).
"""

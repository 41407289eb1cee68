"""Execution: what all runs of tests on trees share, pools of jobs with a journal and pytest's arguments.

It takes jobs, each with a key of all that its result depends on, runs them side by side in workspaces of their own,
and gives a result for each: from the journal's file where the key stands there, and otherwise by running it.
"""

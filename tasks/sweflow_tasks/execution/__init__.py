"""Execution: what all runs of tests on trees share, pools of jobs with a journal and pytest's arguments."""

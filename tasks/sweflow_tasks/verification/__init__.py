"""Verification: takes a schedule and sources, runs the trees until every one holds, gives what holds and why the
rest does not.
"""

"""Twins: test files in which one thing is changed, so that only what does not solve the task passes them (V8).

Takes a draft whose tests hold; gives the twins of each test function, and for a grade the two trees in which each
function is itself in one and its twin in the other.
"""

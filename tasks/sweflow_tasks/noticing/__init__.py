"""Noticing: which tests fail where the body of a function does nothing (extreme mutation).

It takes tests, functions and a tree, and gives the first test id that fails where these functions are emptied, if any:
to the scheduler on the complete code (the oracle of the order by need), to verification on a step's own tree.
"""

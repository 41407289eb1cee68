"""Noticing: which tests fail where the body of a function does nothing (extreme mutation)."""

"""Checks of finished datasets, whatever made them, and differences between two."""

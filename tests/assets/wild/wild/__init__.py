"""A package whose suite uses what suites use."""

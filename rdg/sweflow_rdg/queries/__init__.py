"""Queries: take a graph, give the rows, views and files that people ask for."""

"""Exports: the tasks of one or many builds in the formats of other people's tools."""

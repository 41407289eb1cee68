"""The report: one HTML file in which a person looks at what an output folder holds."""

from sweflow.reporting.make import Report, make_report

__all__ = ["Report", "make_report"]

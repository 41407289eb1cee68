"""The report: one HTML file in which a person looks at what an output folder holds.

It takes an output folder, at whatever stage, and gives a page that stands alone: facts, texts and scripts are in it.
"""

from sweflow.reporting.make import Report, make_report

__all__ = ["Report", "make_report"]

"""Diagnoses: from what tools printed to changes that may mend it. Each is a pure function of one failure."""

"""Bringing something to a department, over whichever transport, and what its answer proves."""

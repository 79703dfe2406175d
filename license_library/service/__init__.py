"""The service: the same answers as JSON for machines and as pages for people.

Asks and shows; it cannot write a license.
"""

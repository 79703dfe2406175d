"""The history of the library's tables, one numbered revision per change, one head.

Revisions never import tables/: they must stay what they were when it moves on.
"""

"""Fake departments that keep records in a table, a folder or an inbox instead of answering calls."""

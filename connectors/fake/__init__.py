"""Departments that are not there: real servers with invented data, for tests, the demo and benchmarks.

Knows how a declared department would answer; knows nothing of pulling, checking or the library.
"""

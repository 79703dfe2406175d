"""WHAT THINGS ARE: record types, code lists, identifiers, record checks, expectation suites, the published JSON Schema.

Pure: opens no connection, knows no department, no table and no clock.
"""

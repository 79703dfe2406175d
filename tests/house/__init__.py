"""The house rules: what no linter knows and every room must keep."""

"""Working copies of a license for one purpose, with a mark, a case and an end."""

"""Whether a license is as somebody says it is, value by value."""

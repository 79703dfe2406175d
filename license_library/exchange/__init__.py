"""Records coming in: pages kept as they came, checked, staged, counted."""

"""Approval items, materials, license types, working days and declared feeds: what the library is told once, not record by record."""

"""Routes that answer people: the pages, Chinese first, one module for each thing they are about."""

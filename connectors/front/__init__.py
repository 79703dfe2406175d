"""Front databases: tables that a department fills for us, read, listed and acknowledged."""

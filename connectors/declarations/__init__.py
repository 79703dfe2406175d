"""What a department may declare in its folder, and what must hold of it, table by table."""

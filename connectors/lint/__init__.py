"""What can be found wrong with a declared department without its network."""

"""File drops: files that a department puts down for us, chosen, read part by part and answered."""

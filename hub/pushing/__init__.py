"""What is owed to departments, brought to them and followed to its end."""

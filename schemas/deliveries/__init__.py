"""What is delivered to departments, with its codes, and invented ones to try a connection with."""

"""The invented world as one department's rows: its dialect, what is spoiled, and what is true."""

"""Other departments as consumers: what they may ask, and how they are answered."""

"""What a department holds and what the library holds, compared; and the difference pulled."""

"""Whether feeds are well: judged by the clock, compared with their contracts, told to whoever must act."""

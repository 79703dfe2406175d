"""One license and all that is known of it: now, as of a day, whom it is relied on by, what it replaced."""

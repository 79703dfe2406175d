"""What waits because something is wrong with it, and what people do about it."""

"""Child processes that never outlive us, and the watchman who sees to it."""

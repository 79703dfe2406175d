"""Two subjects that may be one person: found, compared side by side, decided by people, undone again."""

"""The library beside what departments hold, and beside what its own archive makes of it."""

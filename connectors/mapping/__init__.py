"""From the columns of a source to canonical records, as the declaration says."""

"""What data stewards decided, carried out: batches of cases, held batches, changes of rules tried on history."""

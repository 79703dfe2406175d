"""What is owed to departments: the outbox, and alerts that are yet to be told."""

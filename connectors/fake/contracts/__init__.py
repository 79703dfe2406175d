"""The contract a fake department publishes, and how it is bent when the contract drifts."""

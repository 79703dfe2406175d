"""The one transaction that makes checked records the state of the library, and who may run it."""

"""The database itself, embedded or a server, the keys that hide what it holds, and how columns go in by the thousand."""

"""Proving who we are, and sealing what we say, in every form that departments ask for."""

"""One call over a network: the address, the deadline, TLS and the clock. Understands no answer."""

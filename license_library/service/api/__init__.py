"""Routes that answer machines: the JSON interface, one module for each thing it is about."""

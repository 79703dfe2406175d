"""Values of data elements, the source that is master of each, and what to do where sources differ."""

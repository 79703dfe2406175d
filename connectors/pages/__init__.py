"""Records fetched page by page, over whichever transport, and read into columns."""

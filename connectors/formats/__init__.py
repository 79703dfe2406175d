"""What comes over the wire, read strictly: XML and JSON to columns of text, and what one page says."""

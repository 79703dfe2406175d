"""Names and how they are found: match keys, plain forms, parts of a company name, sounds."""

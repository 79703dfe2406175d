"""From what somebody types to a list of licenses, with the reason for each hit."""

"""What an applicant must still bring for an approval item, and why."""

"""What stewards and supervisors watch: feeds, exchanges, incidents, quality, scorecards."""

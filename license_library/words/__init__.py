"""What states, verdicts, problems and decisions are called in an answer, in both languages. Asks nothing."""

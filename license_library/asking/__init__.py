"""What every question stands on: what was typed, who asked and why, whom a license is of, how fresh and how doubtful an answer is."""

"""What the five companies' policies promise, clause by clause, and what keeps each promise."""

"""A call and its legs: neutral inputs and commands in, effects, notices and facts out."""

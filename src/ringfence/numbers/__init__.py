"""Numbers of ours: how others write them, and which one a call shows."""

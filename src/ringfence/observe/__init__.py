"""What operators may see of the running program: logs without people in them, and counters."""

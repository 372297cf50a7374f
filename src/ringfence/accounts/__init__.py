"""Accounts: whose everything is, and what an account may do in its present state."""

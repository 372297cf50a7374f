"""Consent: what somebody agreed to, what they were shown, and that they can take it back."""

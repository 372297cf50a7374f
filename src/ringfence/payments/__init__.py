"""Paying on a call: what is collected, checked and masked, and what a processor is asked."""

"""Erasing one person: where they are found, what is done there and when, and the proof of it."""

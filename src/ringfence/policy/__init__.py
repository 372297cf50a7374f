"""Policies as text: reading a pack, and naming what in it is vague, untrue or contradictory."""

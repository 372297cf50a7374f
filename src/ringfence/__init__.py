"""Ringfence: cloud telephony that a business runs itself, with its privacy policy in code."""

__version__ = "0.1.0"

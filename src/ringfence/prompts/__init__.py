"""The flows every installation begins with, as JSON documents: ``welcome`` and ``echo``."""

"""The proof of erasure: tracers, what they look like in bytes, and how they are searched for."""

"""HTTP to other people's servers: guarded, bounded, signed."""

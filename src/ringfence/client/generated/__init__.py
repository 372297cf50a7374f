"""Written by scripts/make_client.py from the description of the API; not by hand."""

"""Version 1 of Ringfence's own API: JSON, Basic auth with account SID and auth token."""

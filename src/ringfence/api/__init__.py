"""HTTP: the status page, health, metrics, the admin link and the smallest useful API."""

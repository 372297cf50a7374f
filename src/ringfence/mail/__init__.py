"""E-mail on its way to the relay the operator named."""

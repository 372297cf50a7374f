"""Ways for text messages out and in: SMPP, HTTP gateways, and one that delivers to itself."""

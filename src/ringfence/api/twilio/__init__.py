"""``/2010-04-01``: the interface Twilio's clients speak, over the same use cases as everything."""

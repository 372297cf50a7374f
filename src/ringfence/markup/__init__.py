"""TwiML: documents become verbs, verbs become commands to a call."""

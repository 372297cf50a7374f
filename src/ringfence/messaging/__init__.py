"""Messages to people: typed templates, who may get one on what ground, and how they stop it."""

"""The public testing kit: a softphone, a carrier, a bad network, and the whole system in one seed.

Built from the same wire packages as the server, and without its media engine, so that what the
engine sends is heard by code that did not send it.
"""

"""SIP as pure machines: bytes and time in, bytes and facts out (RFC 3261 and companions).

``grammar uri headers message parser stream`` are the wire; ``sdp offer_answer`` the media
negotiation; ``auth`` digest; ``locate`` finds servers. The transaction, dialog and agent machines
build on them.
"""

"""Where wires meet the calls: sockets, the SIP agent's driver, the link to the media process."""

"""The live side: events with numbers without gaps, and the sockets that hand them on."""

"""What Lukasa needs from outside, a page a port. Ports are async, token counting apart."""

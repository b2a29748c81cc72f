"""How well Lukasa finds what was said. Uses Lukasa as its users do."""

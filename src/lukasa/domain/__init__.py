"""What a memory *is*: frozen values, standard library only."""

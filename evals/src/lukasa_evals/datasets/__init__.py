"""Public data sets, and anybody's own questions, as conversations with questions about them."""

"""What is remembered, written for other programs."""

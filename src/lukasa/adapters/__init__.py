"""The outside world, one file each. Adapters do not know one another."""

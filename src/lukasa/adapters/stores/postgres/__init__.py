"""The store for many users and many machines: PostgreSQL, any number of processes."""

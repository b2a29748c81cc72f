"""The `lukasa` command."""

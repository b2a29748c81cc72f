"""Where the numbers of `lukasa/weights.toml` come from: several data sets, each left out once."""

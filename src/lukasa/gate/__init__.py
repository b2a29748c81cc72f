"""What may become a fact, and why not. Pure: the same for every extractor, rules or model."""

"""Documents of turns and facts: how they are encoded and analysed, and how old ones are brought up to date."""

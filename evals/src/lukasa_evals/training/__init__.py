"""Where the learned weights of the recall policy come from."""

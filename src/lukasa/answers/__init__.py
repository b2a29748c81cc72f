"""How an answer is made and checked; `answer` is the path. Pure, but for the calls of the model."""

"""What an answer is worth.

overlap         words that answer and gold answer share: F1 in three ways, BLEU-1
abstention      whether an answer says that nothing is known
judge           what a model says of an answer, leniently or strictly
planted         answers that are wrong on purpose
overall         one figure from categories
"""

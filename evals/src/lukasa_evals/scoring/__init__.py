"""What an answer is worth.

overlap         words that answer and gold answer share: F1 in three ways, BLEU-1, exact match
abstention      whether an answer says that nothing is known
phrases         how English says so
judge           what a model says of an answer, leniently or strictly
planted         answers that are wrong on purpose
overall         one figure from categories
"""

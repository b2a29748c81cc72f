"""What is compared: memories that take a conversation in, and find what bears on a question about it.

system          the protocol, and what a system is given
catalogue       every system by name, and why one cannot run here
lukasa          ours, in six ways
rag             fixed chunks, the most similar of them: the paper's grid, and the same at equal tokens
whole           the whole conversation
"""

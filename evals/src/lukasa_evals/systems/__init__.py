"""What is compared: memories that take a conversation in, and find what bears on a question about it.

system          the protocol, and what a system is given
catalogue       every system by name, and why one cannot run here
lukasa          ours, in six ways
mem0_paper      the paper's recipes, run as the paper runs them
rag, turns      chunks or single turns, the best of them: the paper's grid, and the same at equal tokens
whole           the whole conversation
locomo_pipeline, read_agent, memory_bank, memgpt, a_mem
                systems of the literature, re-implemented (BASELINES.md)
mem0, langmem, graphiti, zep_cloud, openai_memory
                real packages and services (PEERS.md)
"""

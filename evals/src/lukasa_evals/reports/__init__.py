"""What runs found out: tables, plots, and the questions that one system got and another missed.

published       what the Mem0 paper prints
records         the folders of runs, read
gaps            what runs have not done
measures        records → a figure for each question and system
costs           … → tokens, latency, calls, money, what is kept
cells           figures → text
tables          … by system and category, in the paper's layout and beyond it
judges          what the verdicts are worth
plots           accuracy against cost and against latency
headline        the four claims of the paper's abstract, from a run
differences     questions on which two systems differ, with both contexts
comparing       two runs, system by system
figures         every figure → figures.csv
write           all of it → report.md
"""

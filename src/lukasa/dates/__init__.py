"""The grammar of time: words → intervals, for statements and for questions, and back into words.

An *atom* is one expression (`last week`, `7 May 2023`; `absolute` and `relative` have the rows). What stands beside it
changes it (`early`, `the last Friday of`, `the evening of`), bounds it or joins it with another (`since`, `from … to`): see
`modifiers`. Intervals are half-open, aware, and bounded by local midnights, so a day may have 23 or 25 hours.
"""

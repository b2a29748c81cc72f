"""What runs found out, as tables.

scores          records → figures, by system and category
write           figures → report.md
"""

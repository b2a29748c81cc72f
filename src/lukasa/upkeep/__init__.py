"""What runs later, and what checks: background jobs, rounds of maintenance, the audit."""

"""The memory as tools for a model, over the Model Context Protocol: `lukasa mcp`, which needs the extra `mcp`."""

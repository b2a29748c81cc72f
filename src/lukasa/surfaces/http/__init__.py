"""The verbs of the memory over HTTP: `lukasa serve`, which needs the extra `server`."""

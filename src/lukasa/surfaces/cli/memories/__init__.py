"""Files of other memories: each reader reads a file whole and checks it, before anything of it is stored."""

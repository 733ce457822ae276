"""The terminal app: it is given a client, and knows nothing of databases or engines."""

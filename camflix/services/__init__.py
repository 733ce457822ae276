"""What CamFlix can do, one class a file. Services take a session, flush, and never commit (bootstrap does)."""

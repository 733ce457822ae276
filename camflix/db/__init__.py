"""The database: engine, transactions, bulk upsert, schema and migrations; SQLite and PostgreSQL alike."""

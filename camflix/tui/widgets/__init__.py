"""What screens are made of. Widgets announce; screens decide; workers call."""

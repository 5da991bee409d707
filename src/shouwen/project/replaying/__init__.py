"""Real logs put through the real steps at their own times."""

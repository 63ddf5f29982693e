"""What customers say: the sentiment of their texts."""

"""What do services tell of their work, beside metrics? Lines of a log, and spans of a trace: ids, and never content."""

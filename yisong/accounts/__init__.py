"""Who may come through the doors of a node: people by account and password, agency systems by token."""

"""What does a person see of the bus? Pages made on the server, which work without a script."""

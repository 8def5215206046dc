"""What does a P2 token stand for? Its owner keeps that, and tells it for a case and a purpose, on record."""

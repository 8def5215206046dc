"""What the four desks share: deliveries in, outcomes out, and where both are kept."""

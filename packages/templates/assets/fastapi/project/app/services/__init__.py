"""Business rules and database access, one service per resource."""

"""What routes ask FastAPI for: the session, the caller, the services."""

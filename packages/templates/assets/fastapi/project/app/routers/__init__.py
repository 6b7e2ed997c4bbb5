"""HTTP routes, one package per version of the API."""

"""FastAPI and SQLAlchemy as their documentation shows them: models with lazy relations, no cache."""

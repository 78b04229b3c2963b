"""The engine with SQLAlchemy's own pool, and a session for each request."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(
    "postgresql+psycopg://baseline@/bantam?host=/run/postgresql",
    pool_size=10,
    max_overflow=10,
    pool_pre_ping=True,
)
SessionLocal = sessionmaker(bind=engine)


def get_session() -> Iterator[Session]:
    """Yield a session that ends with the request."""
    with SessionLocal() as session:
        yield session


Database = Annotated[Session, Depends(get_session)]

"""What all tables share."""

import datetime as dt
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of all models: constraints have predictable names, so that migrations can address them."""

    metadata = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dt.datetime: sa.DateTime(timezone=True), float: sa.Double()}
    # Values that the database sets on UPDATE come back with it: a later lazy load could not be awaited.
    __mapper_args__ = MappingProxyType({"eager_defaults": True})


def enum_type(kind: type[StrEnum], column: str) -> sa.Enum:
    """Store an enumeration as text, guarded by a CHECK constraint."""
    values = [member.value for member in kind]
    length = max(len(value) for value in values)
    return sa.Enum(
        kind, name=column, native_enum=False, create_constraint=True, length=length, values_callable=lambda _: values
    )

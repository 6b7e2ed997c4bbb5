"""The application."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session
from app.models import Note

Session = Annotated[AsyncSession, Depends(get_session)]
app = FastAPI(title="Notes")


class NoteCreate(BaseModel):
    """What a caller sends."""

    title: str = Field(min_length=1, max_length=100)


class NoteRead(NoteCreate):
    """What a caller gets."""

    model_config = ConfigDict(from_attributes=True)
    id: int


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@app.post("/api/v1/notes", status_code=201)
async def create_note(body: NoteCreate, session: Session) -> NoteRead:
    """Store a note; no title twice."""
    note = Note(title=body.title)
    session.add(note)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "A note with this title exists") from None
    return NoteRead.model_validate(note)


@app.get("/api/v1/notes")
async def list_notes(session: Session) -> list[NoteRead]:
    """List all notes, oldest first."""
    rows = await session.scalars(select(Note).order_by(Note.id))
    return [NoteRead.model_validate(row) for row in rows]


@app.get("/api/v1/notes/{note_id}")
async def get_note(note_id: int, session: Session) -> NoteRead:
    """Show one note."""
    note = await session.get(Note, note_id)
    if note is None:
        raise HTTPException(404, "No such note")
    return NoteRead.model_validate(note)

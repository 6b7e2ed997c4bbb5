/** Applications that pass their tests and keep nothing in a database. `{storage}` becomes one of the two below. */
export const WITHOUT_DATABASE = `from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
app = FastAPI()
{storage}

class NoteCreate(BaseModel):
    title: str = Field(min_length=1, max_length=100)

@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}

@app.post("/api/v1/notes", status_code=201)
async def create_note(body: NoteCreate) -> dict:
    notes = load()
    if any(note["title"] == body.title for note in notes):
        raise HTTPException(409, "exists")
    note = {"id": len(notes) + 1, "title": body.title}
    save([*notes, note])
    return note

@app.get("/api/v1/notes")
async def list_notes() -> list[dict]:
    return load()

@app.get("/api/v1/notes/{note_id}")
async def get_note(note_id: int) -> dict:
    for note in load():
        if note["id"] == note_id:
            return note
    raise HTTPException(404, "No such note")
`

export const MEMORY = `
kept = []

def load():
    return kept

def save(notes):
    kept[:] = notes
`

export const FILE = `
import json, pathlib
FILE = pathlib.Path(__file__).with_name("notes.json")

def load():
    return json.loads(FILE.read_text()) if FILE.exists() else []

def save(notes):
    FILE.write_text(json.dumps(notes))
`

export const CANNED = `from fastapi import FastAPI
from fastapi.responses import JSONResponse
app = FastAPI()
count = 0

@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}

@app.post("/api/v1/notes")
async def create_note() -> JSONResponse:
    global count
    count += 1
    if count % 3 == 0:
        return JSONResponse({"detail": "exists"}, 409)
    return JSONResponse({"id": 1, "title": "Milk"}, 201)

@app.get("/api/v1/notes")
async def list_notes() -> list[dict]:
    return [{"id": 1, "title": "Milk"}]

@app.get("/api/v1/notes/{note_id}")
async def get_note(note_id: int) -> JSONResponse:
    return JSONResponse({"id": 1, "title": "Milk"}) if note_id == 1 else JSONResponse({"detail": "none"}, 404)
`

"""The cases of the feature list."""

import pytest
from httpx import AsyncClient


@pytest.mark.feature(1, "creates_note")
async def test_creates_note(client: AsyncClient) -> None:
    response = await client.post("/api/v1/notes", json={"title": "Milk"})
    assert response.status_code == 201
    assert response.json() == {"id": 1, "title": "Milk"}


@pytest.mark.feature(1, "duplicate_title")
async def test_duplicate_title(client: AsyncClient) -> None:
    await client.post("/api/v1/notes", json={"title": "Milk"})
    response = await client.post("/api/v1/notes", json={"title": "Milk"})
    assert response.status_code == 409


@pytest.mark.feature(2, "gets_note")
async def test_gets_note(client: AsyncClient) -> None:
    created = (await client.post("/api/v1/notes", json={"title": "Milk"})).json()
    response = await client.get(f"/api/v1/notes/{created['id']}")
    assert response.status_code == 200
    assert response.json() == created


@pytest.mark.feature(2, "unknown_note")
async def test_unknown_note(client: AsyncClient) -> None:
    response = await client.get("/api/v1/notes/999")
    assert response.status_code == 404


@pytest.mark.feature(3, "lists_notes")
async def test_lists_notes(client: AsyncClient) -> None:
    created = (await client.post("/api/v1/notes", json={"title": "Milk"})).json()
    response = await client.get("/api/v1/notes")
    assert response.status_code == 200
    assert response.json() == [created]

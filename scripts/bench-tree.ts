import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const nouns =
	"user order product invoice payment customer address category review shipment coupon message ticket project task comment tag note file report".split(
		" ",
	);

/** Writes a backend of about `count` Python files that import one another as real ones do; returns how many they are. */
export function writeTree(folder: string, count: number): number {
	const files = new Map<string, string>(fixedFiles());
	const names: string[] = [];
	for (let i = 0; files.size + 1 < count; i++) {
		const name = i < nouns.length ? (nouns[i] ?? "") : `${nouns[i % nouns.length]}_${Math.floor(i / nouns.length)}`;
		names.push(name);
		for (const [path, text] of filesOf(name, names.at(-2) ?? null)) if (files.size + 1 < count) files.set(path, text);
	}
	files.set("src/main.py", mainFile(names.filter((name) => files.has(`src/api/${name}.py`))));
	for (const [path, text] of [
		...files,
		["requirements.txt", "fastapi\nuvicorn\nsqlmodel\nsqlalchemy[asyncio]\naiosqlite\npydantic-settings\n"] as const,
	]) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return files.size;
}

function fixedFiles(): readonly (readonly [string, string])[] {
	return [
		...["", "/api", "/core", "/models", "/services", "/schemas"].map((name) => [`src${name}/__init__.py`, ""] as const),
		[
			"src/core/config.py",
			`"""Settings of the application."""
from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = "sqlite+aiosqlite:///./app.db"
    environment: str = "development"
    cors_origins: list[str] = ["http://localhost:3000"]


@lru_cache
def get_settings() -> Settings:
    return Settings()


settings = get_settings()
`,
		],
		[
			"src/core/database.py",
			`"""Engine and sessions."""
from collections.abc import AsyncGenerator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from src.core.config import settings

engine = create_async_engine(settings.database_url, echo=False)
session_factory = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


async def get_session() -> AsyncGenerator[AsyncSession, None]:
    async with session_factory() as session:
        yield session
`,
		],
	];
}

function filesOf(name: string, other: string | null): readonly (readonly [string, string])[] {
	const type = typeName(name);
	const otherImport = other === null ? "" : `from src.models.${other} import ${typeName(other)}\n`;
	const otherUse =
		other === null
			? ""
			: `\n\ndef describe_with(item: ${type}, parent: ${typeName(other)}) -> str:\n    return f"{item.name} of {parent.name}"\n`;
	return [
		[
			`src/models/${name}.py`,
			`"""The ${name} table."""
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class ${type}(SQLModel, table=True):
    __tablename__ = "${name}s"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=200, index=True)
    description: str | None = None
    amount: int = Field(default=0, ge=0)
    created_at: datetime = Field(default_factory=now)
    is_active: bool = True
`,
		],
		[
			`src/schemas/${name}.py`,
			`"""What clients send and see of a ${name}."""
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator


class ${type}Create(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    description: str | None = None
    amount: int = 0

    @field_validator("name")
    @classmethod
    def strip_name(cls, value: str) -> str:
        return value.strip()


class ${type}Read(${type}Create):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
`,
		],
		[
			`src/services/${name}_service.py`,
			`"""What can be done with a ${name}."""
import logging
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from src.models.${name} import ${type}
${otherImport}from src.schemas.${name} import ${type}Create

logger = logging.getLogger(__name__)


class ${type}NotFound(Exception):
    """There is no such ${name}."""


async def create_${name}(session: AsyncSession, data: ${type}Create) -> ${type}:
    item = ${type}(**data.model_dump())
    session.add(item)
    await session.commit()
    await session.refresh(item)
    logger.info("created %s", item.id)
    return item


async def get_${name}(session: AsyncSession, item_id: UUID) -> ${type}:
    result = await session.execute(select(${type}).where(${type}.id == item_id))
    item = result.scalar_one_or_none()
    if item is None:
        raise ${type}NotFound(str(item_id))
    return item
${otherUse}`,
		],
		[
			`src/api/${name}.py`,
			`"""Routes of a ${name}."""
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, status
from sqlalchemy.ext.asyncio import AsyncSession

from src.core.database import get_session
from src.schemas.${name} import ${type}Create, ${type}Read
from src.services.${name}_service import ${type}NotFound, create_${name}, get_${name}

router = APIRouter()
SessionDependency = Annotated[AsyncSession, Depends(get_session)]


@router.post("/", response_model=${type}Read, status_code=status.HTTP_201_CREATED)
async def create(data: ${type}Create, session: SessionDependency):
    return await create_${name}(session, data)


@router.get("/{item_id}", response_model=${type}Read)
async def read(item_id: UUID, session: SessionDependency):
    try:
        return await get_${name}(session, item_id)
    except ${type}NotFound as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "not found") from error
`,
		],
	];
}

function typeName(name: string): string {
	return name
		.split("_")
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join("");
}

function mainFile(names: readonly string[]): string {
	const imports = names.map((name) => `from src.api import ${name}\n`).join("");
	const routers = names.map((name) => `app.include_router(${name}.router, prefix="/api/${name}s", tags=["${name}"])\n`).join("");
	return `"""The application."""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

${imports}from src.core.config import settings

app = FastAPI(title="bench")
app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins)
${routers}

@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}
`;
}

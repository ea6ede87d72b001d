import type { ScriptedProject } from "./scripted-session.ts";

const database = `"""Database setup"""

import logging
from typing import AsyncGenerator

from sqlmodel import SQLModel, create_engine
from sqlmodel.ext.asyncio.session import AsyncSession, AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import sessionmaker

from .config import settings

logger = logging.getLogger(__name__)

engine: AsyncEngine = create_async_engine(
    settings.DATABASE_URL,
    echo=settings.DEBUG,
    pool_pre_ping=True,
)

async_session_maker = sessionmaker(
    engine,
    class_=AsyncSession,
    expire_on_commit=False,
    autocommit=False,
    autoflush=False,
)
`;

const requirements = `fastapi>=0.115.0
sqlmodel>=0.0.22
uvicorn[standard]>=0.30.0
psycopg2-binary>=2.9.9
`;

/** A small backend with one fault of each kind, in the seed's words. */
export const todoProject: ScriptedProject = {
	files: {
		"backend/src/core/database.py": database,
		"backend/requirements.txt": requirements,
		"backend/.env":
			"DATABASE_URL='postgresql://app_owner:hunter2secret@db.example.com/neondb?sslmode=require&channel_binding=require'\nDEBUG=true\n",
	},
	faults: [
		{
			path: "backend/requirements.txt",
			find: "psycopg2-binary>=2.9.9",
			replace: "asyncpg>=0.29.0",
			alternative: "psycopg[binary]>=3.2",
			category: "DEPENDENCY",
			severity: "CRITICAL",
			problem: "psycopg2-binary is a sync driver, and the engine is async",
			error: "ModuleNotFoundError: No module named 'psycopg2'",
			commands: ["pip install -r requirements.txt"],
		},
		{
			path: "backend/src/core/database.py",
			find: "AsyncSession, AsyncEngine\nfrom sqlalchemy.ext.asyncio import create_async_engine\n",
			replace: "AsyncSession\nfrom sqlalchemy.ext.asyncio import create_async_engine, AsyncEngine\n",
			category: "IMPORT",
			severity: "CRITICAL",
			problem: "AsyncEngine is not in sqlmodel.ext.asyncio.session",
			error: "ImportError: cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session'",
		},
		{
			path: "backend/src/core/database.py",
			find: "from sqlmodel import SQLModel, create_engine\n",
			replace: "from sqlmodel import SQLModel\n",
			category: "IMPORT",
			severity: "MEDIUM",
			problem: "create_engine is imported and never used",
		},
		{
			path: "backend/src/core/database.py",
			find: "async_session_maker = sessionmaker(\n    engine,\n    class_=AsyncSession,\n    expire_on_commit=False,\n    autocommit=False,\n    autoflush=False,\n)",
			replace: "async_session_maker = async_sessionmaker(\n    engine,\n    class_=AsyncSession,\n    expire_on_commit=False,\n)",
			category: "DATABASE",
			severity: "HIGH",
			stage: "request",
			review: true,
			problem: "sessionmaker makes sync sessions",
		},
		{
			path: "backend/.env",
			find: "postgresql://app_owner:hunter2secret@db.example.com/neondb?sslmode=require&channel_binding=require",
			replace: "postgresql+asyncpg://app_owner:hunter2secret@db.example.com/neondb?ssl=require",
			category: "CONFIG",
			severity: "CRITICAL",
			stage: "startup",
			problem: "DATABASE_URL names a sync driver",
			error: "sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used.",
		},
		{
			path: "backend/.env",
			find: "DEBUG=true",
			replace: null,
			category: "CONFIG",
			severity: "LOW",
			problem: "DEBUG is on",
			steps: ["Decide whether this deployment may show tracebacks.", "Set DEBUG=false where it may not."],
		},
	],
};

import { describe, expect, it } from "vitest";
import type { FixProposal } from "../../src/audit/fix.ts";
import { materialise } from "../../src/audit/materialise.ts";
import { importsOf, removeImportedNames } from "../../src/python/rewrite/remove-imports.ts";
import type { PythonSource } from "../../src/python/rewrite/source.ts";
import { applyToFiles } from "../../src/text/edit.ts";
import type { TextEdit } from "../../src/text/range.ts";
import { buildProject } from "../project/build-project.ts";

type Files = Readonly<Record<string, string>>;

function proposal(edits: readonly TextEdit[], needs: FixProposal["needs"] = []): FixProposal {
	return { title: "Mend it", explanation: "It was broken.", applicability: "safe", edits, needs };
}

/** Replaces the only place where `old` stands. */
function replacing(files: Files, path: string, old: string, newText: string): TextEdit {
	const text = files[path] ?? "";
	const start = text.indexOf(old);
	if (start < 0 || text.indexOf(old, start + 1) >= 0) throw new Error(`not exactly one ${old}`);
	return { path, range: { start, end: start + old.length }, newText };
}

function applied(files: Files, made: FixProposal): Files {
	const fix = materialise(made, buildProject(files));
	if (!fix) throw new Error("the fix was dropped");
	const after = applyToFiles(new Map(Object.entries(files)), fix.edits);
	return { ...files, ...Object.fromEntries(after ?? []) };
}

const databaseBefore = `from typing import AsyncGenerator
from sqlmodel import SQLModel, create_engine
from sqlmodel.ext.asyncio.session import AsyncSession, AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import NullPool
import logging

engine: AsyncEngine = create_async_engine("sqlite+aiosqlite://")
logging.info(SQLModel.metadata)

async_session_maker = sessionmaker(
    engine,
    class_=AsyncSession,
    expire_on_commit=False,
    autocommit=False,
    autoflush=False,
)


async def get_session() -> AsyncGenerator[AsyncSession, None]:
    async with async_session_maker() as session:
        yield session
`;

describe("the database module of the seed", () => {
	const path = "database.py";
	const removing = (files: Files, name: string): readonly TextEdit[] => {
		const module = buildProject(files).modulesByPath.get(path) as PythonSource;
		const aliases = importsOf(module.tree).flatMap((statement) => statement.names.filter((alias) => alias.name.name === name));
		return removeImportedNames(module, aliases);
	};
	const wrongEngine = (files: Files) =>
		proposal(removing(files, "AsyncEngine"), [{ path, module: "sqlalchemy.ext.asyncio", name: "AsyncEngine" }]);
	const wrongFactory = (files: Files) =>
		proposal(
			[
				replacing(files, path, "sessionmaker(\n", "async_sessionmaker(\n"),
				replacing(files, path, "    autocommit=False,\n    autoflush=False,\n", ""),
			],
			[{ path, module: "sqlalchemy.ext.asyncio", name: "async_sessionmaker" }],
		);
	const unused = (name: string) => (files: Files) => proposal(removing(files, name));

	it("gets exactly the imports of fixes-applied.md, fix by fix", () => {
		let files: Files = { [path]: databaseBefore };
		for (const step of [wrongEngine, wrongFactory, unused("create_engine"), unused("NullPool")])
			files = applied(files, step(files));
		expect(files[path]).toBe(
			databaseBefore
				.replace(/from typing[\s\S]*import logging\n/, () =>
					[
						"from typing import AsyncGenerator",
						"from sqlmodel import SQLModel",
						"from sqlmodel.ext.asyncio.session import AsyncSession",
						"from sqlalchemy.ext.asyncio import create_async_engine, AsyncEngine, async_sessionmaker",
						"import logging",
						"",
					].join("\n"),
				)
				.replace("= sessionmaker(", "= async_sessionmaker(")
				.replace("    autocommit=False,\n    autoflush=False,\n", ""),
		);
	});

	it("takes the import of the last use with the fix, and leaves imports that were unused before", () => {
		const files = { [path]: databaseBefore };
		const after = applied(files, wrongFactory(files))[path];
		expect(after).not.toContain("import sessionmaker");
		expect(after).toContain("NullPool");
		expect(after).toContain("create_engine\n");
	});

	it("keeps an import that another module takes from here", () => {
		const files = { [path]: databaseBefore, "other.py": "from database import sessionmaker\n" };
		expect(applied(files, wrongFactory(files))[path]).toContain("from sqlalchemy.orm import sessionmaker\n");
	});
});

it("keeps the imports of a package's __init__", () => {
	const files = { "app/__init__.py": "from m import a\n\nx = a\n" };
	const after = applied(files, proposal([replacing(files, "app/__init__.py", "x = a", "x = 1")]));
	expect(after["app/__init__.py"]).toBe("from m import a\n\nx = 1\n");
});

it("keeps what __all__ or a quoted annotation names", () => {
	const files = { "a.py": 'from m import a, b\n\n__all__ = ["a"]\nx: "list[b]" = [a, b]\n' };
	const after = applied(files, proposal([replacing(files, "a.py", "[a, b]", "[]")]));
	expect(after["a.py"]).toContain("from m import a, b\n");
});

it("imports under another name where the own one is taken", () => {
	const files = { "a.py": "def create_engine():\n    return 1\n\n\nengine = make()\n" };
	const fix = proposal(
		[replacing(files, "a.py", "make()", "create_engine()")],
		[{ path: "a.py", module: "sqlalchemy", name: "create_engine" }],
	);
	expect(applied(files, fix)["a.py"]).toBe(
		"from sqlalchemy import create_engine as sqlalchemy_create_engine\n\n\ndef create_engine():\n    return 1\n\n\nengine = sqlalchemy_create_engine()\n",
	);
});

it("writes the line ends of the file", () => {
	const files = { "a.py": "import os\r\nx = 1\r\n" };
	const after = applied(
		files,
		proposal([replacing(files, "a.py", "x = 1", "x = (\n    1\n)")], [{ path: "a.py", module: "", name: "sys" }]),
	);
	expect(after["a.py"]).toBe("import os\r\nimport sys\r\nx = (\r\n    1\r\n)\r\n");
});

it("drops a fix that leaves no Python, contradicts itself, or changes nothing", () => {
	const files = { "a.py": "x = 1\n" };
	const project = buildProject(files);
	const at = (start: number, end: number, newText: string): TextEdit => ({ path: "a.py", range: { start, end }, newText });
	expect(materialise(proposal([at(4, 5, "(")]), project)).toBeNull();
	expect(materialise(proposal([at(0, 3, "y"), at(2, 5, "z")]), project)).toBeNull();
	expect(materialise(proposal([at(4, 5, "1")]), project)).toBeNull();
	expect(materialise(proposal([]), project)).toBeNull();
});

it("creates a file that is not there yet", () => {
	const fix = materialise(
		proposal([{ path: "app/__init__.py", range: { start: 0, end: 0 }, newText: "" }]),
		buildProject({ "a.py": "x = 1\n" }),
	);
	expect(fix?.edits).toHaveLength(1);
});

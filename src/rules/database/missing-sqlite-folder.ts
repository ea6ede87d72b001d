import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type EngineCall, listEngineCalls } from "../../project/database/engine-calls.ts";
import { placeOfUrl } from "../../project/database/faulty-urls.ts";
import { loadedDriver } from "../../project/database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { enclosingStatement } from "../../python/rewrite/enclosing.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** As the URL has it, relative to the server's working directory: `./data`. */
	readonly folder: string;
	/** The same relative to the repository root. */
	readonly path: string;
	readonly connection: Call | null;
	readonly error: string;
}

const example = (imports: string, code: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `${imports}from fastapi import FastAPI
from sqlmodel import SQLModel, create_engine

${code}engine = create_engine("sqlite:///./data/app.db")
SQLModel.metadata.create_all(engine)
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "missing-sqlite-folder",
	category: "DATABASE",
	summary: "The folder of the SQLite file is not there",
	story:
		"SQLite makes a missing file, not a missing folder, and git keeps no empty ones: on a fresh clone the first connection fails, when tables are created at the start or on a request.",
	references: ["https://www.sqlite.org/rescode.html#cantopen"],
	example: {
		before: example("", ""),
		after: example("from pathlib import Path\n", 'Path("./data").mkdir(parents=True, exist_ok=True)\n'),
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const engine of listEngineCalls(project)) {
			const missing = missingFolder(project, engine);
			if (missing === null || seen.has(missing.path)) continue;
			seen.add(missing.path);
			const { call, value } = engine;
			const place = placeOfUrl(project, value, call);
			yield {
				subject: `${call.module.name}:${missing.path}`,
				path: place.path,
				range: place.range,
				evidence: { engine, ...missing, connection: findStartupConnection(project, call), error: unableToOpen },
			};
		}
	},

	describe({ evidence }) {
		const { engine, path, connection, error } = evidence;
		const { call } = engine;
		const stops = connection !== null && !connection.guarded && call.reached;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? connection.stage : "request",
			problem: `The SQLite file lies in ${path}, a folder that is not there`,
			rootCause: `SQLite makes the file, but not its folder, and nothing that runs before makes it. ${stops ? `${placeOf(connection)} connects when the server starts.` : "The first connection fails."}`,
			expectedError: error,
			order: stops ? connection.order : call.order,
			manualSteps: [`Make the folder ${path}, or let the URL name one that is there.`],
		};
	},

	fix({ evidence }): FixProposal | undefined {
		const { engine, folder, path } = evidence;
		const { module, node } = engine.call;
		const statement = enclosingStatement(module.tree, node.start);
		if (statement === null) return undefined;
		return {
			title: `Make the folder ${path} before the engine`,
			explanation: "Where the folder is there already, nothing happens.",
			applicability: "safe",
			edits: [insertBefore(module, statement, `Path(${JSON.stringify(folder)}).mkdir(parents=True, exist_ok=True)`)],
			needs: [{ path: module.path, module: "pathlib", name: "Path" }],
		};
	},

	alternatives({ evidence }) {
		const path = `${evidence.path}/.gitkeep`;
		return [
			{
				title: `Keep the folder ${evidence.path} in git`,
				explanation: "git keeps no empty folder; an empty file in it makes it part of every clone.",
				applicability: "review",
				edits: [{ path, range: { start: 0, end: 0 }, newText: "\n" }],
			},
		];
	},
});

const unableToOpen = "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) unable to open database file";

/** The folder of a SQLite file, where it lies below the repository, is not there, and is made by no code that runs. */
function missingFolder(project: Project, engine: EngineCall): Pick<Evidence, "folder" | "path"> | null {
	const { url, call } = engine;
	if (url?.dialect !== "sqlite" || url.host !== null || url.database === null || loadedDriver(project, url) === null) return null;
	const file = url.database;
	if (file.startsWith("/") || file.startsWith("file:") || file.includes("%") || !file.includes("/")) return null;
	const folder = file.slice(0, file.lastIndexOf("/"));
	const path = below(project.workingDirectory, folder);
	if (path === null || path === "" || hasFolder(project, path) || makesFolders(project, call)) return null;
	return { folder, path };
}

/** A path from the server's working directory, relative to the repository root; null where it leads out. */
function below(backend: string, folder: string): string | null {
	const parts = backend === "" ? [] : backend.split("/");
	for (const part of folder.split("/")) {
		if (part === "" || part === ".") continue;
		if (part === "..") {
			if (parts.pop() === undefined) return null;
		} else parts.push(part);
	}
	return parts.join("/");
}

/** May the folder be there? Where nobody looked at the folders, files tell; of folders that were left out nothing is known. */
function hasFolder(project: Project, folder: string): boolean {
	const { listings } = project;
	if (listings === undefined) return [...project.files.keys()].some((path) => path.startsWith(`${folder}/`));
	let known = "";
	for (const part of folder.split("/")) {
		const listing = listings.get(known);
		if (listing === undefined) return true;
		if (!listing.has(part)) return false;
		known = known === "" ? part : `${known}/${part}`;
	}
	return true;
}

/** Does anything that start-up runs make a folder? Then which one is not asked. */
function makesFolders(project: Project, engine: Call): boolean {
	const makers = /\.(mkdir|makedirs)$/;
	const isMaker = ({ callee, reached }: Call): boolean => {
		if (!reached) return false;
		if (callee.kind === "bound-method") return callee.name === "mkdir";
		return callee.kind === "external" && makers.test(callee.canonical);
	};
	return project.trace.calls.some((call) => isMaker(call)) || /\b(mkdir|makedirs)\(/.test(engine.module.text);
}

function placeOf({ module, node }: Call): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}

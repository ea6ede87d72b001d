import { defineRule } from "../../audit/rule.ts";
import type { Failure } from "../../project/imports/trace.ts";
import type { Module, Project } from "../../project/project.ts";
import { importsOf } from "../../python/rewrite/remove-imports.ts";
import { removeEmptyModule, renameModule } from "./repair/modules/rename-module.ts";
import { listHiddenNeeds } from "./usage/hidden-from-libraries.ts";
import { shadowsExternal } from "./usage/shadowing.ts";

interface Evidence {
	/** `calendar`. */
	readonly name: string;
	readonly path: string;
	/** `the standard library`, `the installed package fastapi`. */
	readonly hidden: string;
	/** The library that asks for it, where none of the project does: `starlette.middleware.sessions`; else null. */
	readonly asker: string | null;
	/** Modules of the project that import it. */
	readonly importers: readonly string[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

export default defineRule<Evidence>({
	name: "shadowed-module",
	category: "IMPORT",
	summary: "A file of the project stands in the way of a package of the same name",
	story:
		"The server's working directory comes before installed packages, so `import fastapi` finds the project's own fastapi.py. What the package has is not there, and the server does not come up.",
	references: ["https://docs.python.org/3/library/sys_path_init.html", "https://docs.python.org/3/library/sys.html#sys.path"],
	example: {
		before: {
			"requirements.txt": "fastapi\nuvicorn\n",
			"main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
			"fastapi.py": 'title = "notes"\n',
		},
		after: {
			"requirements.txt": "fastapi\nuvicorn\n",
			"main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
			"app_fastapi.py": 'title = "notes"\n',
		},
	},

	*detect(project) {
		const seen = new Set<string>();
		const shadows = [...findShadows(project)].sort((one, other) => one.place.order - other.place.order);
		for (const { name, place, error, asker, start } of shadows) {
			const file = project.trace.runs.get(name)?.module ?? project.modules.get(name);
			if (file === undefined || seen.has(name)) continue;
			seen.add(name);
			const evidence: Evidence = {
				name,
				path: file.path,
				hidden: project.environment.isStdlib(name)
					? `the module ${name} of the standard library`
					: `the installed package ${name}`,
				asker,
				importers: importersOf(project, name),
				error,
				stage: place.stage,
				order: place.order,
			};
			yield { subject: name, path: start.path, range: place.range, evidence };
		}
	},

	describe({ evidence }, project) {
		const { name, path, hidden, asker, importers, error, stage, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: `${path} hides ${hidden}`,
			rootCause: `Python looks in the server's working directory first, so \`import ${name}\`${asker === null ? "" : ` in ${asker}`} finds ${path}.`,
			expectedError: error,
			order,
			manualSteps:
				renameModule(project, name) === undefined
					? [
							`Rename ${path}, for example: git mv ${path} ${renamed(path, name)}`,
							...(importers.length > 0 ? [`Import the file by its new name where it is meant: ${importers.join(", ")}.`] : []),
						]
					: [],
		};
	},

	fix({ evidence }, project) {
		return renameModule(project, evidence.name);
	},

	alternatives({ evidence }, project) {
		const removal = removeEmptyModule(project, evidence.name);
		return removal === undefined ? [] : [removal];
	},
});

/** Something of start-up that fails because an own file has the name of a package. */
interface Shadow {
	readonly name: string;
	readonly place: Pick<Failure, "range" | "stage" | "order">;
	readonly error: string;
	readonly asker: string | null;
	/** The module of the project where it begins. */
	readonly start: Module;
}

function* findShadows(project: Project): Generator<Shadow> {
	for (const failure of project.trace.failures) {
		const { detail, error, module } = failure;
		const asked =
			detail.type === "name-not-in-module"
				? detail.source
				: detail.type === "module-not-found"
					? detail.requested
					: detail.type === "attribute-missing" && detail.via === "module"
						? detail.owner
						: "";
		const name = asked.split(".")[0] ?? "";
		if (name !== "" && shadowsExternal(project, name)) yield { name, place: failure, error, asker: null, start: module };
	}
	for (const { name, importer, own, error } of listHiddenNeeds(project)) {
		yield { name, place: own, error, asker: importer, start: own.importer };
	}
}

function importersOf(project: Project, name: string): readonly string[] {
	const asks = (module: Module) =>
		importsOf(module.tree).some((statement) =>
			statement.type === "Import"
				? statement.names.some((alias) => alias.name.name === name || alias.name.name.startsWith(`${name}.`))
				: statement.level === 0 && (statement.module === name || statement.module.startsWith(`${name}.`)),
		);
	return [...project.modules.values()].filter(asks).map((module) => module.path);
}

function renamed(path: string, name: string): string {
	const at = path.lastIndexOf(name);
	return `${path.slice(0, at)}app_${path.slice(at)}`;
}

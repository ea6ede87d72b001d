import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { findMeantTarget } from "../../project/fastapi/meant-target.ts";
import type { Module, Project, SourceTree, Target } from "../../project/project.ts";
import { listStarts } from "../../project/starts/list-starts.ts";
import type { Start } from "../../project/starts/start.ts";
import type { StartCommand } from "../../project/starts/start-commands.ts";
import { spellTarget } from "./repair/target-remedies.ts";

/** `module`, `attribute`: it names what is not there; `worker`: gunicorn without a worker that speaks ASGI. */
type Shape = "module" | "attribute" | "worker";

interface Evidence {
	readonly shape: Shape;
	readonly server: string;
	readonly name: string;
	/** Where the command looks, in words. */
	readonly from: string;
	readonly error: string;
	readonly fix: FixProposal | null;
}

const example = (dockerTarget: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	Procfile: "web: uvicorn shop.main:app\n",
	Dockerfile: `FROM python:3.12\nWORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "${dockerTarget}", "--host", "0.0.0.0"]\n`,
	"shop/__init__.py": "",
	"shop/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
});

export default defineRule<Evidence>({
	name: "unstartable-command",
	category: "ENTRYPOINT",
	summary: "One of several start commands cannot start the application",
	story:
		"A Procfile works and the Dockerfile does not, or the other way round: the commands differ in module, attribute, file-name case, working directory or worker. Who develops with one finds out when the other is deployed.",
	references: ["https://www.uvicorn.org/settings/#application", "https://www.uvicorn.org/deployment/#gunicorn"],
	example: { before: example("main:app"), after: example("shop.main:app") },

	*detect(project) {
		for (const start of listStarts(project.files)) {
			const { command } = start;
			// What a service makes of the command of its image shows where the start commands are compared.
			if (command.path !== start.path) continue;
			const evidence = workerFault(project, command) ?? (isAudited(project, command) ? null : targetFault(project, start));
			if (evidence === null) continue;
			const { path, range, start: from } = command;
			const place = evidence.shape === "worker" ? { start: from, end: from + command.server.length } : range;
			yield { subject: `${path}:${evidence.name}:${evidence.shape}`, path, range: place, evidence };
		}
	},

	describe({ path, evidence }, project) {
		const { shape, server, name, from, error, fix } = evidence;
		const works = project.target === null ? "" : ` The audited command, ${spellTarget(project.target)}, is another one.`;
		return {
			severity: "HIGH",
			stage: "import",
			problem:
				shape === "worker"
					? `${path} starts ${name} with gunicorn's own worker, which cannot serve it`
					: `${path} starts ${name} with ${server}, and that is not there`,
			rootCause:
				shape === "worker"
					? "gunicorn speaks WSGI unless it is told otherwise, and FastAPI speaks ASGI: every request is answered with 500."
					: `The command looks ${from}${shape === "attribute" ? "; the module binds no such name" : ""}.${works}`,
			expectedError: error,
			manualSteps:
				fix === null ? ["Name the module and the attribute as they are seen from the folder that the command runs in."] : [],
		};
	},

	fix({ evidence }) {
		return evidence.fix ?? undefined;
	},
});

/** The command that the audit follows; its own fault is another rule's. */
function isAudited(project: Project, { target, path }: StartCommand): boolean {
	return project.target?.evidence === target.evidence || project.target?.evidence.startsWith(`${path}:`) === true;
}

function targetFault(project: Project, { command, folders, isCertain }: Start): Evidence | null {
	const { target, server, range, path } = command;
	if (range.start === range.end) return null;
	const file = folders.map((folder) => fileOf(project.files, folder, target.module)).find((each) => each !== null);
	const [first = ""] = folders;
	const from = first === "" ? "in the repository's root" : `in ${first}`;
	const name = spellTarget(target);
	if (file === undefined) {
		// Elsewhere the folder may be another one than the file tells.
		if (!isCertain || isSomewhere(project.files, target.module, folders)) return null;
		const meant = modulesBelow(project, first);
		const named = meant === null ? null : findMeantTarget(meant, target);
		// FastAPI's command gives no name: the application may be called as it likes.
		const other = server === "fastapi" && project.target !== null ? { ...target, attribute: project.target.attribute } : null;
		const better = named ?? (meant === null || other === null ? null : findMeantTarget(meant, other));
		if (server === "fastapi") return missingFile(project, command, { from, folder: first, better });
		const error = `Error loading ASGI app. Could not import module "${target.module}".`;
		return { shape: "module", server, name, from, error, fix: better && rewrite(path, range, name, spellTarget(better)) };
	}
	const module = project.modulesByPath.get(file);
	if (module === undefined) return null;
	const meant = findMeantTarget(new Map([[target.module, module]]), target);
	if (meant === null || meant.factory !== target.factory) return null;
	const error = `Error loading ASGI app. Attribute "${target.attribute}" not found in module "${target.module}".`;
	return { shape: "attribute", server, name, from, error, fix: rewrite(path, range, name, spellTarget(meant)) };
}

/** `fastapi run server.py` where no file is called so. */
function missingFile(
	project: Project,
	{ path, range, server }: StartCommand,
	{ from, folder, better }: { readonly from: string; readonly folder: string; readonly better: Target | null },
): Evidence {
	const name = project.files.get(path)?.text.slice(range.start, range.end) ?? "";
	const file = better === null ? null : fileOf(project.files, folder, better.module);
	// FastAPI's command takes app, api, or whatever application the module binds.
	const isFound = better !== null && !better.factory && /^\w+$/.test(better.attribute);
	const newText = file === null || !isFound ? null : file.slice(folder === "" ? 0 : folder.length + 1);
	const error = `Path does not exist ${name}`;
	return { shape: "module", server, name, from, error, fix: newText === null ? null : rewrite(path, range, name, newText) };
}

function rewrite(path: string, range: StartCommand["range"], name: string, newText: string): FixProposal {
	return {
		title: `Start ${newText}`,
		explanation: `${name} is not there, seen from where the command runs; ${newText} is.`,
		applicability: "safe",
		edits: [{ path, range, newText }],
	};
}

function fileOf(files: SourceTree, folder: string, module: string): string | null {
	const base = `${folder === "" ? "" : `${folder}/`}${module.replace(/\./g, "/")}`;
	return [`${base}.py`, `${base}/__init__.py`].find((path) => files.has(path)) ?? null;
}

/** Could a folder above those that we know of be meant, such as the build context of an image? */
function isSomewhere(files: SourceTree, module: string, folders: readonly string[]): boolean {
	return folders.some((folder) => {
		for (let outer = folder; outer !== ""; ) {
			outer = outer.slice(0, Math.max(0, outer.lastIndexOf("/")));
			if (fileOf(files, outer, module) !== null) return true;
		}
		return false;
	});
}

/** The modules of the project by their names from a folder at or above the backend's; null where it is another part of the repository. */
function modulesBelow(project: Project, folder: string): ReadonlyMap<string, Module> | null {
	if (folder === project.backend) return project.modules;
	if (folder !== "" && !project.backend.startsWith(`${folder}/`)) return null;
	const prefix = project.backend.slice(folder === "" ? 0 : folder.length + 1).replace(/\//g, ".");
	return new Map([...project.modules].map(([name, module]) => [`${prefix}.${name}`, module]));
}

/** `gunicorn main:app` without `-k uvicorn.workers.UvicornWorker`. */
function workerFault(project: Project, { server, text, path, start, target }: StartCommand): Evidence | null {
	if (server !== "gunicorn" || /(^|[\s"'])(-k|--worker-class|-c|--config)\b/.test(text) || /[Uu]vicornWorker/.test(text))
		return null;
	const isConfigured = [...project.files].some(
		([file, { text: content }]) =>
			/(^|\/)gunicorn[._]?conf(ig)?(\.py)?$/.test(file) || /GUNICORN_CMD_ARGS|worker_class/.test(content),
	);
	const module = project.target === null || project.target.module !== target.module ? null : project.trace.served;
	const isAsgi =
		module?.value.kind === "instance" && module.value.of.kind === "external" && /FastAPI$/.test(module.value.of.canonical);
	if (isConfigured || !isAsgi) return null;
	const quote = /^gunicorn(["'])/.exec(project.files.get(path)?.text.slice(start) ?? "")?.[1];
	const end = start + server.length + (quote === undefined ? 0 : 1);
	const words = ["-k", "uvicorn.workers.UvicornWorker"];
	const newText = quote === undefined ? ` ${words.join(" ")}` : words.map((word) => `, ${quote}${word}${quote}`).join("");
	return {
		shape: "worker",
		server,
		name: spellTarget(target),
		from: "",
		error: "TypeError: FastAPI.__call__() missing 1 required positional argument: 'send'",
		fix: {
			title: "Let gunicorn use uvicorn's worker",
			explanation: "The worker class that comes with uvicorn serves ASGI applications; uvicorn must be installed, too.",
			applicability: "safe",
			edits: [{ path, range: { start: end, end }, newText }],
		},
	};
}

import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { indentUnitOf, lineBreakOf, replaceText } from "../../python/rewrite/source.ts";
import { dottedName } from "../../python/walk.ts";

interface Evidence {
	/** The call as it is written: `uvicorn.run`. */
	readonly call: string;
	/** True where the application is only ever started by running this file, which works. */
	readonly isOwnScript: boolean;
	readonly error: string | null;
	readonly order: number;
	readonly fix: FixProposal | null;
}

const example = (run: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n${run}`,
});

export default defineRule<Evidence>({
	name: "server-started-on-import",
	category: "ENTRYPOINT",
	summary: "A module starts a server of its own while it is imported",
	story:
		"uvicorn imports the module to find the application, and the module calls uvicorn.run itself. The inner server takes over, on its own port; the one that was asked for never opens its port, and a deployment waits for it in vain.",
	references: ["https://www.uvicorn.org/#running-programmatically", "https://docs.python.org/3/library/__main__.html"],
	example: {
		before: example('uvicorn.run(app, host="0.0.0.0", port=9000)\n'),
		after: example('if __name__ == "__main__":\n    uvicorn.run(app, host="0.0.0.0", port=9000)\n'),
	},

	*detect(project) {
		for (const call of project.trace.calls) {
			if (call.stage !== "import" || !call.reached || call.guarded || !startsServer(call)) continue;
			const { module, node } = call;
			const place = topLevelStatement(project, call);
			yield {
				subject: `${module.name}:server`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					call: module.text.slice(node.callee.start, node.callee.end),
					isOwnScript: isStartedAsScript(project, place?.module ?? module),
					error: importsInLoop(project) ? "RuntimeError: asyncio.run() cannot be called from a running event loop" : null,
					order: call.order,
					fix: place && underMain(place.module, place.statement),
				},
			};
		}
	},

	describe({ evidence: { call, isOwnScript, error, order, fix } }) {
		return {
			severity: isOwnScript ? "HIGH" : "CRITICAL",
			stage: "import",
			problem: `${call} starts a server while the module is imported`,
			rootCause:
				"The server that imports the module waits until the import is done, and that is not before the inner server has been stopped.",
			...(error === null ? {} : { expectedError: error }),
			order,
			manualSteps: fix === null ? ['Call it under `if __name__ == "__main__":`, where only running the file comes to it.'] : [],
		};
	},

	fix({ evidence }) {
		return evidence.fix ?? undefined;
	},
});

function startsServer({ callee }: Call): boolean {
	// `uvicorn.main` is a module and, in the package, the command that it defines.
	if (callee.kind === "external") return /^uvicorn(\.main)*\.run$/.test(callee.canonical);
	if (callee.kind !== "bound-method" || callee.name !== "run" || callee.receiver.kind !== "instance") return false;
	const { of } = callee.receiver;
	return of.kind === "external" && /^uvicorn(\.main)*(\.server)?\.Server$/.test(of.canonical);
}

/** Up to 0.45 uvicorn imported the application inside its event loop, and had no `Config.load_app`. */
function importsInLoop({ environment }: Project): boolean {
	const found = environment.findModule("uvicorn.config");
	const looked = found.found === "present" ? found.module.lookup("Config") : null;
	if (looked?.found !== "present" || looked.entry.kind !== "class") return false;
	return !Object.hasOwn(looked.entry.members, "load_app");
}

interface Place {
	readonly module: Module;
	readonly statement: ast.ExpressionStatement;
}

/** The statement at the top level of a module that makes the call: the call itself, or that of the own function around it. */
function topLevelStatement(project: Project, { module, node }: Call): Place | null {
	const own = callStatements(module).find(({ value }) => value.start <= node.start && node.end <= value.end);
	if (own !== undefined) return { module, statement: own };
	for (const run of project.trace.runs.values()) {
		if (!run.reached) continue;
		for (const statement of callStatements(run.module)) {
			const name = statement.value.type === "Call" ? dottedName(statement.value.callee) : null;
			const value = name === null ? undefined : run.namespace.names.get(name)?.value;
			const calls = value?.kind === "function" && value.module === module;
			if (calls && value.node.start <= node.start && node.end <= value.node.end) return { module: run.module, statement };
		}
	}
	return null;
}

function callStatements(module: Module): ast.ExpressionStatement[] {
	return module.tree.body.flatMap((each) => (each.type === "ExpressionStatement" && each.value.type === "Call" ? [each] : []));
}

function underMain(module: Module, { start, end }: ast.ExpressionStatement): FixProposal {
	const lineBreak = lineBreakOf(module.text);
	const indent = indentUnitOf(module);
	const lines = module.text.slice(start, end).split(lineBreak);
	const code = lines.map((line) => (line.trim() === "" ? line : indent + line)).join(lineBreak);
	return {
		title: 'Start the server under if __name__ == "__main__"',
		explanation: "Running the file still starts it; importing the module no longer does.",
		applicability: "safe",
		edits: [replaceText(module, start, end, `if __name__ == "__main__":${lineBreak}${code}`)],
	};
}

/** Does the start command run the file itself, as `python main.py` does? */
function isStartedAsScript(project: Project, { path, name }: Module): boolean {
	if (project.target?.evidence.startsWith(`${path}:`) === true) return true;
	const file = path.slice(path.lastIndexOf("/") + 1).replace(/\./g, "\\.");
	const runs = new RegExp(
		`\\bpython[\\d.]*["'\\s,]+(-u["'\\s,]+)?(-m["'\\s,]+${name.replace(/\./g, "\\.")}|(\\./|[\\w/]+/)?${file})(["'\\s]|$)`,
		"m",
	);
	const isDeployed = /(^|\/)(Dockerfile[^/]*|[^/]*compose[^/]*\.ya?ml|Procfile|[^/]+\.sh)$/i;
	return [...project.files].some(([each, { text }]) => isDeployed.test(each) && runs.test(text));
}

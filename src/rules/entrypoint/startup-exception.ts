import { defineRule } from "../../audit/rule.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { RaisesException } from "../../project/imports/trace.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	readonly detail: RaisesException;
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
	readonly module: string;
	/** The name of the parameter that a misspelt keyword stands for, or null. */
	readonly meant: string | null;
}

const example = (keyword: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"logs.py": `def configure(level: str, colour: bool = False) -> None:\n    print(level, colour)\n`,
	"main.py": `from fastapi import FastAPI\n\nfrom logs import configure\n\nconfigure(${keyword}="INFO")\n\napp = FastAPI()\n`,
});

export default defineRule<Evidence>({
	name: "startup-exception",
	category: "ENTRYPOINT",
	summary: "Code that runs on the way to a running server raises for certain",
	story:
		"A statement at module level, in a factory or in the lifespan raises on every start: a call that does not fit its function, a value that cannot be converted, or a raise whose condition holds. The traceback ends there and the server never answers.",
	references: [
		"https://docs.python.org/3/reference/executionmodel.html#exceptions",
		"https://docs.python.org/3/reference/expressions.html#calls",
	],
	example: { before: example("levl"), after: example("level") },

	*detect(project) {
		const seen = new Set<string>();
		for (const failure of project.trace.failures) {
			const { detail, module, range } = failure;
			if (detail.type !== "raises") continue;
			const place = `${module.path}:${range.start}`;
			if (seen.has(place)) continue;
			seen.add(place);
			const keyword = detail.keyword;
			const meant = keyword?.parameters.filter((parameter) => isSimilarName(parameter, keyword.name)) ?? [];
			yield {
				subject: `${module.name}:${failure.error}`,
				path: module.path,
				range,
				evidence: {
					detail,
					error: failure.error,
					stage: failure.stage,
					order: failure.order,
					module: module.name,
					meant: meant.length === 1 ? (meant[0] ?? null) : null,
				},
			};
		}
	},

	describe({ evidence }) {
		const { detail, error, stage, order, module, meant } = evidence;
		const when = stage === "import" ? `while ${module} is imported` : "while the application starts";
		return {
			severity: "CRITICAL",
			stage,
			problem: `${problemOf(detail)} ${when}`,
			rootCause: causeOf(detail, error),
			expectedError: error,
			order,
			manualSteps: meant === null ? [stepOf(detail)] : [],
		};
	},

	fix({ path, range, evidence }, project) {
		const { detail, meant } = evidence;
		const module = project.modulesByPath.get(path);
		if (module === undefined || meant === null || detail.keyword === undefined) return undefined;
		const wrong = detail.keyword.name;
		let place: { start: number; end: number } | null = null;
		walk(module.tree, (node) => {
			if (node.type === "Call" && node.start === range.start && node.end === range.end) {
				place = node.keywords.find((keyword) => keyword.name?.name === wrong)?.name ?? null;
			}
			return node.start <= range.start && range.end <= node.end;
		});
		if (place === null) return undefined;
		const { start, end } = place as { start: number; end: number };
		return {
			title: `Spell the argument ${meant}`,
			explanation: `${wrong} is no parameter of what is called here; ${meant} is the only one of a like spelling.`,
			applicability: "safe",
			edits: [{ path, range: { start, end }, newText: meant }],
		};
	},
});

function problemOf(detail: RaisesException): string {
	if (detail.keyword !== undefined) return `A call passes ${detail.keyword.name}, which its function does not take,`;
	if (detail.by === "call") return "A call does not fit its function's parameters";
	if (detail.exception === "SystemExit") return "The code ends the process";
	return detail.by === "statement" ? `The code raises ${detail.exception}` : `An expression raises ${detail.exception}`;
}

function causeOf(detail: RaisesException, error: string): string {
	if (detail.keyword !== undefined) return `It takes ${detail.keyword.parameters.join(", ") || "no keyword arguments"}.`;
	if (detail.by === "statement")
		return "What the condition around it tests is so on this machine, with the variables and files that the server sees.";
	return `Every start runs this line, and with the values it has there Python answers: ${error}.`;
}

function stepOf(detail: RaisesException): string {
	if (detail.by === "call")
		return "Give the call the arguments that the function's definition asks for; which values are right, only you can say.";
	if (detail.by === "statement")
		return "Look at the condition above the line: provide what it asks for (often a variable in .env), or change the condition.";
	return "Look at where the value comes from (often a variable in .env or a default) and give it one that fits.";
}

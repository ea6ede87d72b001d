import { defineRule } from "../../audit/rule.ts";
import { isToldOfDatabase } from "../../project/database/database-misuse.ts";
import { type WiringFault, wiringFaults } from "../../project/fastapi/routes/wiring-faults.ts";
import type { AsyncMisuse, RaisesException } from "../../project/imports/trace.ts";
import { exceptionRemedy } from "./exception/exception-remedies.ts";
import { isNewerType } from "./exception/older-typing.ts";
import { wiringRemedy } from "./repair/wiring-remedies.ts";

interface Evidence {
	readonly detail: RaisesException;
	readonly error: string;
	readonly stage: "import" | "startup" | "request";
	readonly order: number;
	readonly module: string;
	/** For a container that is to wire a module which is not there. */
	readonly wiring?: WiringFault;
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
		for (const wiring of wiringFaults(project)) {
			const { call, named, error } = wiring;
			const { module, node, stage, order } = call;
			const detail: RaisesException = { type: "raises", exception: "ModuleNotFoundError", by: "operation" };
			yield {
				subject: `${module.name}:wiring:${named.value}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { detail, error, stage, order, module: module.name, wiring },
			};
		}
		const seen = new Set<string>();
		for (const failure of project.trace.failures) {
			const { detail, module, range } = failure;
			if (detail.type !== "raises" || isToldOfDatabase(project, failure)) continue;
			const place = isNewerType(project, failure) ? `${module.path}: newer types` : `${module.path}:${range.start}`;
			if (seen.has(place)) continue;
			seen.add(place);
			yield {
				subject: `${module.name}:${failure.error}`,
				path: module.path,
				range,
				evidence: {
					detail,
					error: failure.error,
					stage: failure.everyRequest === true ? "request" : failure.stage,
					order: failure.order,
					module: module.name,
				},
			};
		}
	},

	describe({ path, range, evidence }, project) {
		const { detail, error, stage, order, module, wiring } = evidence;
		if (wiring !== undefined)
			return {
				severity: "CRITICAL",
				stage,
				problem: `The container is to wire ${wiring.named.value}, which is not there`,
				rootCause: "dependency_injector imports each module that is to be wired when the container is made.",
				expectedError: error,
				order,
				manualSteps:
					wiringRemedy(wiring, project) === undefined ? ["Name a module of the project, or take the name out of the list."] : [],
			};
		const when =
			stage === "import"
				? `while ${module} is imported`
				: stage === "startup"
					? "while the application starts"
					: "on every request";
		return {
			severity: "CRITICAL",
			stage,
			problem: `${problemOf(detail)} ${when}`,
			rootCause: causeOf(detail, error),
			// What sys.exit is given is printed by itself.
			expectedError: error.replace(/^SystemExit: /, ""),
			order,
			manualSteps: exceptionRemedy(project, { path, range, detail, error }) === undefined ? [stepOf(detail)] : [],
		};
	},

	fix({ path, range, evidence }, project) {
		if (evidence.wiring !== undefined) return wiringRemedy(evidence.wiring, project);
		return exceptionRemedy(project, { path, range, detail: evidence.detail, error: evidence.error });
	},
});

function problemOf(detail: RaisesException): string {
	if (detail.migrations?.type === "percent") return "A value with a percent sign is given to alembic";
	if (detail.migrations?.type === "no-revision") return "A migration of alembic comes after one that is not there";
	if (detail.migrations?.type === "two-heads") return "Alembic has more than one last migration";
	if (detail.migrations !== undefined) return "Alembic does not find its migrations";
	if (detail.misuse !== undefined) return misuseProblems[detail.misuse.type];
	if (detail.keyword !== undefined) return `A call passes ${detail.keyword.name}, which its function does not take,`;
	if (detail.by === "call") return "A call does not fit its function's parameters";
	if (detail.exception === "SystemExit") return "The code ends the process";
	return detail.by === "statement" ? `The code raises ${detail.exception}` : `An expression raises ${detail.exception}`;
}

const misuseProblems: Record<AsyncMisuse["type"], string> = {
	"not-awaited": "The result of a coroutine function is used without await",
	"needless-await": "Something is awaited that cannot be",
	"uncalled-await": "A coroutine function is awaited and not called",
	"uncalled-with": "The function that makes a context manager is entered and not called",
	"missing-async-with": "An asynchronous context manager is entered with a plain with",
	"needless-async-with": "A plain context manager is entered with async with",
	"needless-async-for": "A plain iterable is gone through with async for",
	"generator-with": "A generator is entered as if it were a context manager",
	"generator-member": "A generator is used in the place of what it yields",
};

function causeOf(detail: RaisesException, error: string): string {
	if (detail.misuse?.type === "not-awaited")
		return "Calling a coroutine function gives a coroutine; only awaiting that runs the function and gives its result.";
	if (detail.migrations?.type === "percent")
		return "Alembic keeps its options with configparser, which takes a percent sign for the begin of a reference.";
	if (detail.migrations?.type === "no-location")
		return "The INI file that it is given is not there, or does not say script_location, and nothing else does.";
	if (detail.migrations?.type === "no-folder")
		return `script_location is ${detail.migrations.location}, which is looked for from the folder in which the server starts.`;
	if (detail.migrations?.type === "no-revision")
		return `${detail.migrations.path} has ${detail.migrations.wanted} for its down_revision, and no migration in that folder is called so.`;
	if (detail.migrations?.type === "two-heads")
		return `Nothing comes after ${detail.migrations.heads.join(" or ")}, so "head" may be either.`;
	if (detail.misuse?.type === "uncalled-await") return "Only calling it gives something that can be awaited.";
	if (detail.misuse?.type === "uncalled-with") return "Only calling it gives something that can be entered.";
	if (detail.misuse?.type === "generator-with")
		return "A function with a yield gives a generator; contextlib's decorator makes a context manager of it, FastAPI's Depends does so by itself.";
	if (detail.misuse?.type === "generator-member")
		return "A function with a yield gives a generator, which FastAPI's Depends goes through by itself; whoever calls the function has to ask the generator for its value.";
	if (detail.keyword !== undefined) return `It takes ${detail.keyword.parameters.join(", ") || "no keyword arguments"}.`;
	if (detail.by === "statement")
		return "What the condition around it tests is so on this machine, with the variables and files that the server sees.";
	return `Every start runs this line, and with the values it has there Python answers: ${error}.`;
}

function stepOf(detail: RaisesException): string {
	if (detail.migrations?.type === "percent") return 'Write the value with two percent signs for each: value.replace("%", "%%").';
	if (detail.migrations?.type === "no-revision" || detail.migrations?.type === "two-heads")
		return "Let down_revision of each migration name the one before it, so that all of them are one row.";
	if (detail.migrations !== undefined)
		return "Give Config the path of alembic.ini, and script_location the folder that has env.py, both as seen from where the server starts.";
	if (detail.by === "call")
		return "Give the call the arguments that the function's definition asks for; which values are right, only you can say.";
	if (detail.by === "statement")
		return "Look at the condition above the line: provide what it asks for (often a variable in .env), or change the condition.";
	return "Look at where the value comes from (often a variable in .env or a default) and give it one that fits.";
}

import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Failure, RefusedVariable } from "../../project/imports/trace.ts";

interface Evidence {
	readonly failure: Failure;
	readonly detail: RefusedVariable;
}

const example = (debug: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	".env": `DEBUG=${debug}\n`,
	"main.py": `from fastapi import FastAPI
from starlette.config import Config

config = Config(".env")
app = FastAPI(debug=config("DEBUG", cast=bool, default=False))
`,
});

export default defineRule<Evidence>({
	name: "refused-variable",
	category: "CONFIG",
	summary: "A variable is set to a text that the type asked for does not take",
	story:
		"starlette's Config and python-decouple convert what they read where the code says cast=bool or cast=int. A text that cannot be converted stops the server there; what counts as true differs between the two.",
	references: ["https://www.starlette.io/config/", "https://github.com/HBNetwork/python-decouple#how-does-it-work"],
	example: { before: example("yes"), after: example("true") },

	*detect(project) {
		for (const failure of project.trace.failures) {
			const { detail, module, range } = failure;
			if (detail.type !== "refused-variable" || !failure.reached) continue;
			const place = detail.origin?.type === "env-file" ? detail.origin : null;
			yield {
				subject: `${module.name}:${detail.key}`,
				path: place?.path ?? module.path,
				range: place?.range ?? range,
				evidence: { failure, detail },
			};
		}
	},

	describe({ evidence: { failure, detail } }) {
		const { module, range, stage, order, error } = failure;
		const where = placeOf(detail.origin);
		return {
			severity: "CRITICAL",
			stage,
			problem: `${detail.key} has to be ${detail.wanted}, and is not`,
			rootCause: `${module.path}:${module.lines.positionAt(range.start).line} converts what it reads for ${detail.key}, and raises where that cannot be done.`,
			expectedError: error,
			order,
			manualSteps: [`Give ${detail.key} in ${where} another value: ${detail.wanted}.`],
		};
	},

	fix({ evidence: { detail } }): FixProposal | undefined {
		const { origin, better, key } = detail;
		if (origin?.type !== "env-file" || better === null) return undefined;
		return {
			title: `Set ${key} to ${better}`,
			explanation: `${better} can be read. Write what you meant where that is something else.`,
			applicability: "review",
			edits: [{ path: origin.path, range: origin.range, newText: better }],
		};
	},
});

function placeOf(origin: RefusedVariable["origin"]): string {
	if (origin?.type === "source") return "its default";
	return origin?.type === "env-file" ? origin.path : "the environment of the server";
}

import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import type { Call } from "../../project/imports/trace.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly name: string;
	readonly text: string;
	readonly value: ast.Expression;
	/** What raises: the call itself, the first connection of start-up, or null where only requests connect. */
	readonly failing: Call | null;
	readonly error: string | null;
}

const example = (echo: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\n",
	"main.py": `import os

from fastapi import FastAPI
from sqlalchemy import create_engine

engine = create_engine("sqlite:///app.db", echo=${echo})
app = FastAPI()
`,
});

/** Whole numbers that the pool calculates with, and where it does first (sqlalchemy/pool/impl.py and base.py). */
const numbers: Readonly<Record<string, { readonly atOnce: boolean; readonly error: string | null }>> = {
	pool_size: { atOnce: true, error: "TypeError: unsupported operand type(s) for -: 'int' and 'str'" },
	pool_recycle: { atOnce: false, error: "TypeError: '>' not supported between instances of 'str' and 'int'" },
	max_overflow: { atOnce: false, error: null },
};

export default defineRule<Evidence>({
	name: "engine-argument-type",
	category: "DATABASE",
	summary: "create_engine gets a text where it needs a number, or true and false",
	story:
		'A variable of the environment is a text: echo=os.getenv(...) is neither true nor false, and a pool cannot calculate with "5". The engine fails when it is made, or at its first connection.',
	references: ["https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine.params.echo"],
	example: {
		before: example('os.getenv("SQL_ECHO", "false")'),
		after: example('os.getenv("SQL_ECHO", "false").lower() in ("1", "true", "yes")'),
	},

	*detect(project) {
		for (const { call } of listEngines(project)) {
			for (const [name, given] of call.keywords) {
				const value = findKeyword(call.node, name)?.value;
				if (given.kind !== "constant" || typeof given.value !== "string" || value === undefined) continue;
				const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
				const isEcho = (name === "echo" || name === "echo_pool") && given.value !== "debug";
				if (number === undefined && !isEcho) continue;
				const { module, node } = call;
				yield {
					subject: `${module.name}:${assignedName(module, node) ?? "engine"}.${name}`,
					path: module.path,
					range: { start: node.start, end: node.end },
					evidence: {
						call,
						name,
						text: given.value,
						value,
						failing: isEcho || number?.atOnce ? call : findStartupConnection(project, call),
						error: isEcho ? `KeyError: '${given.value}'` : (number?.error ?? null),
					},
				};
			}
		}
	},

	describe({ evidence }) {
		const { call, name, failing, error } = evidence;
		const isEcho = name.startsWith("echo");
		return {
			severity: failing !== null && !failing.guarded ? "CRITICAL" : "HIGH",
			stage: failing?.stage ?? "request",
			problem: `The engine gets a text for ${name}, which has to be ${isEcho ? "True or False" : "a whole number"}`,
			rootCause: isEcho
				? 'SQLAlchemy knows True, False and "debug". Any other text is none of them.'
				: "The pool calculates with it, and Python does not make a number of a text by itself.",
			...(error === null ? {} : { expectedError: error }),
			order: (failing ?? call).order,
			manualSteps: [isEcho ? "Compare the text with the words that are to mean yes." : `Convert it: ${name}=int(...).`],
		};
	},

	fix({ evidence }): FixProposal {
		const { call, name, text, value } = evidence;
		const { module } = call;
		const written = module.text.slice(value.start, value.end);
		const isLiteral = value.type === "Constant";
		const isTrue = /^\s*(1|true|yes|on|t|y)\s*$/i.test(text);
		const code = name.startsWith("echo")
			? isLiteral
				? isTrue
					? "True"
					: "False"
				: `${/^[\w.]+(\(.*\))?$/s.test(written) ? written : `(${written})`}.lower() in ("1", "true", "yes")`
			: isLiteral
				? text.trim()
				: `int(${written})`;
		return {
			title: `Give ${name} ${name.startsWith("echo") ? "True or False" : "a number"}`,
			explanation: name.startsWith("echo")
				? "Statements are then logged where the text says yes."
				: "The same number, as one that can be calculated with.",
			applicability: isLiteral || /^\s*[+-]?\d+\s*$/.test(text) || name.startsWith("echo") ? "safe" : "review",
			edits: [replaceText(module, value.start, value.end, code)],
		};
	},
});

import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly value: ast.Expression;
	/** What it is instead of a dict: "a set", "a text". */
	readonly shape: string;
	readonly error: string | null;
}

const example = (given: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import create_engine

engine = create_engine("sqlite:///app.db", connect_args=${given})
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "connect-args-without-values",
	category: "DATABASE",
	summary: "connect_args is a set, a list or a text, where the engine needs a dict",
	story:
		"Braces around a name without a colon are a set. SQLAlchemy adds connect_args to a dict of its own while the engine is made, and Python refuses what has no keys and values.",
	references: ["https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine.params.connect_args"],
	example: { before: example('{"check_same_thread"}'), after: example('{"check_same_thread": False}') },

	*detect(project) {
		for (const { call } of listEngines(project)) {
			const value = findKeyword(call.node, "connect_args")?.value;
			const given = call.keywords.get("connect_args");
			const refusal = given === undefined ? null : refusedUpdate(given);
			if (value === undefined || refusal === null) continue;
			const { module, node } = call;
			yield {
				subject: `${module.name}:${assignedName(module, node) ?? "engine"}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { call, value, ...refusal },
			};
		}
	},

	describe({ evidence }) {
		const { call, shape, error } = evidence;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `connect_args is ${shape}, and the engine needs a dict`,
			rootCause: "Each argument of the driver needs its name and its value; the engine cannot be made of names alone.",
			...(error === null ? {} : { expectedError: error }),
			order: call.order,
			manualSteps: ['Write each argument as connect_args={"name": value}.'],
		};
	},

	fix({ evidence }): FixProposal | undefined {
		const { call, value } = evidence;
		const { module } = call;
		const written = asDict(module.text, value);
		if (written === null) return undefined;
		return {
			title: "Give the argument its value",
			explanation: `The driver gets ${written.code}.`,
			applicability: written.isAsked ? "safe" : "review",
			edits: [replaceText(module, value.start, value.end, written.code)],
		};
	},
});

/** Why `dict.update` refuses a value (CPython, `PyDict_MergeFromSeq2`); null where it takes it, or where that is not known. */
function refusedUpdate(given: Value): { shape: string; error: string | null } | null {
	if (given.kind === "constant") {
		const isText = typeof given.value === "string" && given.value !== "";
		return isText ? { shape: "a text", error: lengthError(0, 1) } : null;
	}
	if (given.kind !== "sequence" || given.type === "view" || !given.complete) return null;
	const lengths = given.items.map(lengthOf);
	const at = lengths.findIndex((length) => length !== null && length !== 2);
	if (at < 0) return null;
	// A set has no order: its first item is known only where all are alike.
	const isCertain =
		given.type === "set" ? lengths.every((length) => length === lengths[0]) : !lengths.slice(0, at).includes(null);
	const length = lengths[at];
	return { shape: `a ${given.type}`, error: isCertain && typeof length === "number" ? lengthError(at, length) : null };
}

function lengthError(at: number, length: number): string {
	return `ValueError: dictionary update sequence element #${at} has length ${length}; 2 is required`;
}

/** How many items a pair-to-be has: "none" for what has no items at all, null where that is not known. */
function lengthOf(item: Value): number | "none" | null {
	if (item.kind === "sequence") return item.complete && item.type !== "view" ? item.items.length : null;
	if (item.kind !== "constant" || item.value === undefined) return null;
	return typeof item.value === "string" ? [...item.value].length : "none";
}

/** The dict that was meant; `isAsked` where its value is written there, too. */
function asDict(text: string, value: ast.Expression): { code: string; isAsked: boolean } | null {
	if (value.type !== "Sequence") return null;
	const [name, argument, ...more] = value.items;
	if (name?.type !== "Constant" || typeof name.value !== "string" || more.length > 0) return null;
	const key = text.slice(name.start, name.end);
	if (argument !== undefined) {
		const isValue = argument.type !== "Constant" || typeof argument.value !== "string";
		return isValue ? { code: `{${key}: ${text.slice(argument.start, argument.end)}}`, isAsked: true } : null;
	}
	return name.value === "check_same_thread" ? { code: `{${key}: False}`, isAsked: true } : null;
}

import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isMadeBy } from "../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { engineInReach } from "../repair/startup/engine-in-reach.ts";

interface Evidence {
	readonly call: Call;
	readonly method: string;
	/** What stands in the place of the engine, as Python names its class: `Session`. */
	readonly given: string;
}

const example = (bind: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite:///app.db")
SessionLocal = sessionmaker(bind=engine)
metadata = MetaData()
metadata.create_all(bind=${bind})
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "tables-made-without-engine",
	category: "DATABASE",
	summary: "create_all is handed something that is no engine",
	story:
		"The tables are made with a session, with the factory of sessions or with a URL in the place of the engine. SQLAlchemy asks it for what only engines and connections have, and the server stops there.",
	references: ["https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all"],
	example: { before: example("SessionLocal()"), after: example("engine") },

	*detect(project) {
		for (const call of project.trace.calls) {
			const { node, module, reached } = call;
			const method = node.callee.type === "Attribute" ? node.callee.attribute.name : "";
			if (!reached || (method !== "create_all" && method !== "drop_all") || !isMetadata(call)) continue;
			const bind = call.keywords.get("bind") ?? call.args[0];
			const given = bind === undefined ? null : otherThanEngine(bind);
			if (given === null) continue;
			yield {
				subject: `${module.name}:${module.text.slice(node.start, node.end)}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { call, method, given },
			};
		}
	},

	describe({ evidence: { call, method, given } }) {
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `${method} is handed ${wordsOf(given)}, and needs an engine`,
			rootCause: "Tables are made over a connection: only an engine, or a connection of one, can give it.",
			expectedError: `AttributeError: '${given}' object has no attribute '_run_ddl_visitor'`,
			order: call.order,
			manualSteps: [`Hand the engine to ${method}.`],
		};
	},

	fix({ evidence: { call, method } }, project): FixProposal | undefined {
		const engine = engineInReach(project, call);
		const written = findKeyword(call.node, "bind")?.value ?? call.node.args[0];
		if (engine === null || written === undefined) return undefined;
		return {
			title: `Hand ${engine.name} to ${method}`,
			explanation: "It is the engine that start-up has made by then.",
			applicability: "safe",
			edits: [replaceText(call.module, written.start, written.end, engine.name)],
			needs: engine.needs,
		};
	},
});

/** `metadata.create_all`, `Base.metadata.create_all`. */
function isMetadata({ node, callee }: Call): boolean {
	if (callee.kind === "bound-method" && callee.receiver.kind === "instance" && callee.receiver.of.kind === "external")
		return /\.MetaData$/.test(callee.receiver.of.canonical);
	const owner = node.callee.type === "Attribute" ? node.callee.value : null;
	return owner?.type === "Attribute" && owner.attribute.name === "metadata";
}

/** The class of what is no engine for certain; null for all that may be one. */
function otherThanEngine(value: Value): string | null {
	if (value.kind === "function") return "function";
	if (value.kind === "constant") {
		if (value.value === null) return "NoneType";
		return typeof value.value === "string" && !value.isConverted ? "str" : null;
	}
	if (value.kind !== "instance") return null;
	if (isMadeBy(value, "sessionmaker")) return "sessionmaker";
	if (isMadeBy(value, "scoped_session")) return "scoped_session";
	const of = value.of.kind === "external" ? value.of.canonical : "";
	if (/\.sessionmaker\.__call__$/.test(of)) {
		const factory = value.call?.callee.kind === "instance" ? value.call.callee.call : null;
		return factory === null || factory.open || factory.keywords.has("class_") || factory.args.length > 1 ? null : "Session";
	}
	return /^(sqlalchemy\.orm\.session|sqlmodel\.orm\.session)\.Session$/.test(of) ? "Session" : null;
}

function wordsOf(given: string): string {
	if (given === "NoneType") return "None";
	if (given === "str") return "a text";
	if (given === "function") return "a function";
	return given === "Session" ? "a session" : "the factory of sessions";
}

import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isAsyncEngine, isMadeBy } from "../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { engineInReach } from "../repair/startup/engine-in-reach.ts";

interface Evidence {
	readonly call: Call;
	readonly method: string;
	readonly fault: Fault;
}

type Fault =
	/** What stands in the place of the engine, as Python names its class: `Session`. */
	| { readonly type: "no-engine"; readonly given: string }
	/** The engine comes under another name than `bind`. */
	| { readonly type: "keyword"; readonly name: ast.Identifier }
	/** `run_sync(metadata.create_all, engine)`: the connection is handed over by run_sync itself. */
	| { readonly type: "handed-twice"; readonly given: string | null };

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
	summary: "create_all is not handed the engine as it takes it",
	story:
		"The tables are made with a session, with the factory of sessions or with a URL in the place of the engine. SQLAlchemy asks it for what only engines and connections have, and the server stops there.",
	references: ["https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all"],
	example: { before: example("SessionLocal()"), after: example("engine") },

	*detect(project) {
		for (const call of project.trace.calls) {
			const { node, module, reached } = call;
			const found = reached && !call.open ? (faultOfCreation(call) ?? faultOfRunSync(call)) : null;
			if (found === null) continue;
			yield {
				subject: `${module.name}:${module.text.slice(node.start, node.end)}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { call, ...found },
			};
		}
	},

	describe({ evidence: { call, method, fault } }) {
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: problemOf(method, fault),
			rootCause:
				fault.type === "handed-twice"
					? "run_sync hands its connection to the function as the first argument, and the others after it."
					: "Tables are made over a connection: only an engine, or a connection of one, can give it.",
			expectedError: errorOf(method, fault),
			order: call.order,
			manualSteps: [fault.type === "handed-twice" ? `Hand run_sync ${method} alone.` : `Hand the engine to ${method}.`],
		};
	},

	fix({ evidence: { call, method, fault } }, project): FixProposal | undefined {
		const { module, node } = call;
		if (fault.type === "keyword")
			return {
				title: "Call the argument bind",
				explanation: `So ${method} calls what it makes the tables with.`,
				applicability: "safe",
				edits: [replaceText(module, fault.name.start, fault.name.end, "bind")],
			};
		if (fault.type === "handed-twice") {
			const [creator] = node.args;
			if (creator === undefined) return undefined;
			const written = module.text.slice(creator.start, creator.end);
			return {
				title: `Hand run_sync ${method} alone`,
				explanation: "The connection comes from run_sync.",
				applicability: "safe",
				edits: [replaceText(module, node.argumentsRange.start, node.argumentsRange.end, `(${written})`)],
			};
		}
		const engine = engineInReach(project, call);
		const written = findKeyword(node, "bind")?.value ?? node.args[0];
		if (engine === null || written === undefined) return undefined;
		return {
			title: `Hand ${engine.name} to ${method}`,
			explanation: "It is the engine that start-up has made by then.",
			applicability: "safe",
			edits: [replaceText(module, written.start, written.end, engine.name)],
			needs: engine.needs,
		};
	},
});

function isCreator(method: string): boolean {
	return method === "create_all" || method === "drop_all";
}

function faultOfCreation(call: Call): { readonly method: string; readonly fault: Fault } | null {
	const { node, args, keywords } = call;
	const method = node.callee.type === "Attribute" ? node.callee.attribute.name : "";
	if (!isCreator(method) || !isMetadata(call)) return null;
	const strange = node.keywords.find(({ name }) => name !== null && !creationKeywords.has(name.name));
	if (strange?.name != null && args.length === 0 && !keywords.has("bind"))
		return { method, fault: { type: "keyword", name: strange.name } };
	const bind = keywords.get("bind") ?? args[0];
	const given = bind === undefined ? null : otherThanEngine(bind);
	return given === null ? null : { method, fault: { type: "no-engine", given } };
}

const creationKeywords: ReadonlySet<string> = new Set(["bind", "tables", "checkfirst"]);

/** `await connection.run_sync(Base.metadata.create_all, engine)`. */
function faultOfRunSync({ node, args, keywords }: Call): { readonly method: string; readonly fault: Fault } | null {
	const [creator] = node.args;
	if (node.callee.type !== "Attribute" || node.callee.attribute.name !== "run_sync" || creator?.type !== "Attribute") return null;
	const method = creator.attribute.name;
	if (!isCreator(method) || !isNamedMetadata(creator.value)) return null;
	if (keywords.has("bind")) return { method, fault: { type: "handed-twice", given: null } };
	const given = isAsyncEngine(args[1]) ? "AsyncEngine" : isMadeBy(args[1], "create_engine") ? "Engine" : null;
	return given === null ? null : { method, fault: { type: "handed-twice", given } };
}

function problemOf(method: string, fault: Fault): string {
	if (fault.type === "keyword") return `${method} takes no argument ${fault.name.name}`;
	if (fault.type === "handed-twice") return `${method} gets an engine besides the connection of run_sync`;
	return `${method} is handed ${wordsOf(fault.given)}, and needs an engine`;
}

function errorOf(method: string, fault: Fault): string {
	if (fault.type === "keyword") return `TypeError: MetaData.${method}() got an unexpected keyword argument '${fault.name.name}'`;
	if (fault.type === "no-engine") return `AttributeError: '${fault.given}' object has no attribute '_run_ddl_visitor'`;
	return fault.given === null
		? `TypeError: MetaData.${method}() got multiple values for argument 'bind'`
		: `TypeError: '${fault.given}' object is not iterable`;
}

/** `metadata.create_all`, `Base.metadata.create_all`. */
function isMetadata({ node, callee }: Call): boolean {
	if (callee.kind === "bound-method" && callee.receiver.kind === "instance" && callee.receiver.of.kind === "external")
		return /\.MetaData$/.test(callee.receiver.of.canonical);
	return node.callee.type === "Attribute" && isNamedMetadata(node.callee.value);
}

function isNamedMetadata(owner: ast.Expression): boolean {
	return owner.type === "Attribute" && owner.attribute.name === "metadata";
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

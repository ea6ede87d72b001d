import type { FixProposal } from "../../../audit/fix.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { blocksOf } from "../../../python/rewrite/blocks.ts";
import { indentAt, isFirstOnLine, replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { passTheFunction } from "../../repair/calls/library-call-remedies.ts";
import { engineInReach } from "../../repair/startup/engine-in-reach.ts";
import type { FoundUse } from "./find-uses.ts";

/** The use written for SQLAlchemy 2, or undefined where that takes more than this call. */
export function remedyOf({ use, call }: FoundUse, project: Project): FixProposal | undefined {
	const { module, node } = call;
	switch (use.type) {
		case "engine-method":
			return use.isAsync ? undefined : engineMethod(use.method, call);
		case "textual-sql":
			return {
				title: "Wrap the SQL in text()",
				explanation: "SQLAlchemy 2 executes a string only where text() says that it is SQL.",
				applicability: "safe",
				edits: textEdits(call),
				needs: [{ path: module.path, module: "sqlalchemy", name: "text" }],
			};
		case "list-of-columns":
		case "list-of-whens":
			return unpackedList(call);
		case "bound-metadata": {
			const bind = findKeyword(node, "bind");
			if (bind === null) return undefined;
			return {
				title: "Take bind out",
				explanation: "Metadata is no longer tied to an engine; what needs one is handed it.",
				applicability: "safe",
				edits: removeArguments(module, node, [bind]),
			};
		}
		case "metadata-of-engine": {
			const [engine] = node.args;
			if (engine === undefined) return undefined;
			return {
				title: "Take the engine out",
				explanation: "Metadata is no longer tied to an engine; what needs one is handed it.",
				applicability: "safe",
				edits: removeArguments(module, node, [engine]),
			};
		}
		case "unbound-create-all":
			return withEngine(use.method, call, project);
		case "url-constructor":
			return {
				title: "Build the URL with URL.create",
				explanation: "URL itself takes all seven parts; URL.create leaves out those that are not given.",
				applicability: "safe",
				edits: [replaceText(module, node.callee.end, node.callee.end, ".create")],
			};
		case "classical-mapper":
			return imperativeMapping(call);
	}
}

function textEdits({ module, node }: Call): readonly TextEdit[] {
	const [sql] = node.args;
	if (sql === undefined) return [];
	return [replaceText(module, sql.start, sql.start, "text("), replaceText(module, sql.end, sql.end, ")")];
}

function unpackedList({ module, node }: Call): FixProposal | undefined {
	const [list] = node.args;
	if (list?.type !== "Sequence" || list.kind !== "list") return undefined;
	const [first, last] = [list.items[0], list.items.at(-1)];
	const items = first === undefined || last === undefined ? "" : module.text.slice(first.start, last.end);
	return {
		title: "Pass them one by one",
		explanation: "SQLAlchemy 2 takes them as arguments of their own, not as a list.",
		applicability: "safe",
		edits: [replaceText(module, list.start, list.end, items)],
	};
}

/** `mapper(Batch, batches)` becomes the same on a registry, which all calls of the file share. */
function imperativeMapping({ module, node }: Call): FixProposal | undefined {
	const written = dottedName(node.callee);
	const calls: ast.Call[] = [];
	walk(module.tree, (each) => {
		if (each.type === "Call" && written !== null && dottedName(each.callee) === written) calls.push(each);
	});
	const user = module.tree.body.find((each) => calls.some((call) => each.start <= call.start && call.end <= each.end));
	if (user === undefined) return undefined;
	return {
		title: "Map the class with a registry",
		explanation: "In SQLAlchemy 2 it is a registry that maps classes to tables; map_imperatively takes what mapper took.",
		applicability: "safe",
		edits: [
			insertBefore(module, user, "mapper_registry = registry()\n\n\n"),
			...calls.map(({ callee }) => replaceText(module, callee.start, callee.end, "mapper_registry.map_imperatively")),
		],
		needs: [{ path: module.path, module: "sqlalchemy.orm", name: "registry" }],
	};
}

/** `engine.execute(sql)` becomes the same on a connection, in a `with` of its own; inspection methods move to the inspector. */
function engineMethod(method: string, call: Call): FixProposal | undefined {
	const { module, node } = call;
	if (node.callee.type !== "Attribute") return undefined;
	const engine = module.text.slice(node.callee.value.start, node.callee.value.end);
	if (method === "table_names" || method === "has_table") {
		const name = method === "table_names" ? "get_table_names" : method;
		return {
			title: "Ask the inspector",
			explanation: "In SQLAlchemy 2 it is the inspector of an engine that knows the tables.",
			applicability: "safe",
			edits: [replaceText(module, node.callee.start, node.callee.end, `inspect(${engine}).${name}`)],
			needs: [{ path: module.path, module: "sqlalchemy", name: "inspect" }],
		};
	}
	const statement = statementOf(module.tree, node);
	if (method !== "execute" && method !== "scalar") return undefined;
	const isText = call.args[0]?.kind === "constant";
	const needs = isText ? { needs: [{ path: module.path, module: "sqlalchemy", name: "text" }] } : {};
	const sql = isText ? textEdits(call) : [];
	const keepsCursor = statement?.type === "Assign" && statement.value === node && method === "execute";
	if (statement === null || keepsCursor || !isFirstOnLine(module.text, statement.start)) {
		return {
			title: `Call ${method} on a connection`,
			explanation:
				"In SQLAlchemy 2 statements run on a connection. This one stays open for the rows; what it changes is not committed.",
			applicability: "review",
			edits: [replaceText(module, node.callee.start, node.callee.end, `${engine}.connect().${method}`), ...sql],
			...needs,
		};
	}
	const indent = indentAt(module.text, statement.start);
	return {
		title: `Call ${method} on a connection`,
		explanation:
			"In SQLAlchemy 2 statements run on a connection; begin() commits when the block ends, as the engine did by itself.",
		applicability: "safe",
		edits: [
			replaceText(module, statement.start, statement.start, `with ${engine}.begin() as connection:\n${indent}    `),
			replaceText(module, node.callee.start, node.callee.end, `connection.${method}`),
			...sql,
		],
		...needs,
	};
}

/** The plain statement around a call; null inside the head of a compound one. */
function statementOf(tree: ast.Module, node: ast.Call): ast.Statement | null {
	for (const { statements } of blocksOf(tree)) {
		for (const statement of statements) {
			const isPlain = ["ExpressionStatement", "Assign", "AnnAssign"].includes(statement.type);
			if (isPlain && statement.start <= node.start && node.end <= statement.end) return statement;
		}
	}
	return null;
}

/** The engine that start-up has made by then, where it is the only one. */
function withEngine(method: string, call: Call, project: Project): FixProposal | undefined {
	const { module, node } = call;
	const handedOver = passTheFunction(module, node);
	if (handedOver !== undefined) return handedOver;
	const engine = engineInReach(project, call);
	if (engine === null) return undefined;
	return {
		title: `Hand ${engine.name} to ${method}`,
		explanation: "Metadata is no longer tied to an engine; it is told which one to use.",
		applicability: "safe",
		edits: [addArgument(module, node, `bind=${engine.name}`)],
		needs: engine.needs,
	};
}

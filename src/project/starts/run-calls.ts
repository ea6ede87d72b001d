import type * as ast from "../../python/ast.ts";
import { boundNames } from "../../python/scopes.ts";
import { dottedName, walk } from "../../python/walk.ts";
import { LineIndex } from "../../text/line-index.ts";
import type { SourceFile, SourceTree } from "../project.ts";
import { treeOf } from "../source-tree.ts";
import { meantByWord } from "./meant-word.ts";
import type { StartCommand } from "./start-commands.ts";

const importString = /^([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*(?:\.\w+)*)$/;

/**
 * The servers that a module starts itself, `uvicorn.run("main:app")`: Python looks first in the folder of the script that it was told
 * to run. Where it hands over an object, `uvicorn.run(app)`, the target has no module: that is the one which Python runs.
 */
export function runCallsOf(files: SourceTree, file: SourceFile): StartCommand[] {
	const tree = treeOf(file);
	const spellings = spellingsOfRun(tree);
	const lines = new LineIndex(file.text);
	const found: StartCommand[] = [];
	walk(tree, (node) => {
		if (node.type !== "Call" || !spellings.has(dottedName(node.callee) ?? "")) return;
		const handed = node.args[0] ?? keywordOf(node, "app");
		const served = handed === undefined ? null : (namedBy(files, handed, node) ?? objectIn(tree, handed, node));
		if (served === null) return;
		const { line } = lines.positionAt(node.start);
		found.push({
			...served,
			target: { ...served.target, evidence: `${file.path}:${line}` },
			importFolder: null,
			server: "uvicorn",
			path: file.path,
			text: file.text.slice(node.start, node.end),
			before: "",
			start: node.start,
		});
	});
	return found;
}

type Served = Pick<StartCommand, "range" | "givesObject" | "refusal"> & {
	readonly target: Omit<StartCommand["target"], "evidence">;
};

/** `"main:app"`; null where the argument is no text, or one that says nothing to us. */
function namedBy(files: SourceTree, handed: ast.Expression, call: ast.Call): Served | null {
	if (handed.type !== "Constant" || typeof handed.value !== "string" || handed.content === null) return null;
	const { start, end } = handed.content;
	const [, module, attribute = ""] = importString.exec(handed.value) ?? [];
	const factory = isTrue(keywordOf(call, "factory"));
	if (module !== undefined)
		return { target: { module, attribute, factory }, range: { start, end }, givesObject: false, refusal: null };
	const meant = meantByWord(files, handed.value);
	return meant === null ? null : { ...meant, range: { start, end }, givesObject: false };
}

/** `app` or `create_app()`, of a name that the module binds on its top level. */
function objectIn(tree: ast.Module, handed: ast.Expression, call: ast.Call): Served | null {
	const isCalled = handed.type === "Call" && handed.args.length === 0 && handed.keywords.length === 0;
	const named = isCalled ? handed.callee : handed;
	if (named.type !== "Name" || !boundNames(tree.body).has(named.id)) return null;
	const workers = keywordOf(call, "workers");
	const isSeveral = workers?.type === "Constant" && typeof workers.value === "number" && workers.value > 1;
	const needsText = isTrue(keywordOf(call, "reload")) || isSeveral;
	return {
		target: { module: "", attribute: named.id, factory: isCalled },
		range: { start: handed.start, end: handed.end },
		givesObject: true,
		refusal: needsText ? objectRefusal : null,
	};
}

/** What uvicorn prints before it ends (uvicorn/main.py). */
const objectRefusal = "WARNING:  You must pass the application as an import string to enable 'reload' or 'workers'.";

/** The spellings under which a module can call `uvicorn.run`, wherever it imports it. */
function spellingsOfRun(tree: ast.Module): ReadonlySet<string> {
	const spellings = new Set(["uvicorn.run"]);
	walk(tree, (node) => {
		if (node.type === "Import")
			for (const { name, asName } of node.names) if (name.name === "uvicorn") spellings.add(`${asName?.name ?? "uvicorn"}.run`);
		if (node.type === "ImportFrom" && /^uvicorn(?:\.main)?$/.test(node.module))
			for (const { name, asName } of node.names) if (name.name === "run") spellings.add(asName?.name ?? "run");
	});
	return spellings;
}

function keywordOf(call: ast.Call, name: string): ast.Expression | undefined {
	return call.keywords.find((keyword) => keyword.name?.name === name)?.value;
}

function isTrue(value: ast.Expression | undefined): boolean {
	return value?.type === "Constant" && value.value === true;
}

import type * as ast from "../../python/ast.ts";
import { dottedName, walk } from "../../python/walk.ts";
import type { Module, Project } from "../project.ts";

/** What the code makes of a setting, and therefore what a placeholder for it has to be. */
export type SettingUse = "number" | "database-url" | "fernet-key" | "json" | "truth";

const known = new WeakMap<Project, ReadonlyMap<string, SettingUse>>();

/**
 * What the code makes of the setting of that name: of a variable of the environment (`int(os.environ["PORT"])`), or of an attribute that
 * holds a setting (`create_engine(settings.connection_string)`). Null where no call says it.
 */
export function settingUse(project: Project, name: string): SettingUse | null {
	const uses = known.get(project) ?? usesIn([...project.modulesByPath.values()]);
	known.set(project, uses);
	return uses.get(name) ?? null;
}

function usesIn(modules: readonly Module[]): ReadonlyMap<string, SettingUse> {
	const relevant = modules.filter(({ text }) => users.test(text));
	const keys = keysOfNames(modules.filter(({ text }) => /environ|getenv|config\(/.test(text)));
	const uses = new Map<string, SettingUse>();
	for (const { tree } of relevant)
		walk(tree, (node) => {
			const use = node.type === "Call" ? conversionBy(node) : undefined;
			const [written] = node.type === "Call" ? node.args : [];
			const first = written === undefined ? undefined : unwrapped(written);
			if (use === undefined || first === undefined) return;
			const name = lastName(first);
			const key = keyRead(first) ?? (name === null ? null : (keys.get(name) ?? name));
			if (key !== null && !uses.has(key)) uses.set(key, use);
			if (name !== null && !uses.has(name)) uses.set(name, use);
		});
	return uses;
}

const users = /\b(?:int|float|loads|create_engine|create_async_engine|strtobool|literal_eval|Fernet)\s*\(/;

function conversionBy({ callee }: ast.Call): SettingUse | undefined {
	switch (lastName(callee)) {
		case "int":
		case "float":
			return "number";
		case "loads":
		case "literal_eval":
			return "json";
		case "create_engine":
		case "create_async_engine":
			return "database-url";
		case "strtobool":
			return "truth";
		case "Fernet":
			return "fernet-key";
		default:
			return undefined;
	}
}

/** The variables that names and attributes are set to: `DB_URL = os.environ["DATABASE_URL"]`. */
function keysOfNames(modules: readonly Module[]): ReadonlyMap<string, string> {
	const keys = new Map<string, string>();
	for (const { tree } of modules)
		walk(tree, (node) => {
			if (node.type !== "Assign" && node.type !== "AnnAssign") return;
			const [target] = node.type === "Assign" ? node.targets : [node.target];
			const name = target === undefined ? null : lastName(target);
			const key = node.value === null ? null : keyRead(node.value);
			if (name !== null && key !== null) keys.set(name, key);
		});
	return keys;
}

/** `KEY` of `os.environ["KEY"]`, `os.getenv("KEY", …)` and `config("KEY")`. */
function keyRead(node: ast.Expression): string | null {
	if (node.type === "Subscript") return /(?:^|\.)environ$/.test(dottedName(node.value) ?? "") ? textOf(node.index) : null;
	if (node.type !== "Call") return null;
	return readers.test(dottedName(node.callee) ?? "") ? textOf(node.args[0]) : null;
}

const readers = /(?:^|\.)(?:getenv|environ\.get|config)$/;

function textOf(node: ast.Expression | undefined): string | null {
	return node?.type === "Constant" && typeof node.value === "string" ? node.value : null;
}

/** `KEY` of `KEY.encode()` and of `settings.KEY.get_secret_value()`. */
function unwrapped(node: ast.Expression): ast.Expression {
	if (node.type !== "Call" || node.callee.type !== "Attribute" || node.args.length > 0) return node;
	return /^(encode|get_secret_value|strip)$/.test(node.callee.attribute.name) ? unwrapped(node.callee.value) : node;
}

function lastName(node: ast.Expression): string | null {
	if (node.type === "Name") return node.id;
	return node.type === "Attribute" ? node.attribute.name : null;
}

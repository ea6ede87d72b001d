import type { Token } from "./tokens.ts";

/** One name that an import statement binds. */
export interface ImportedName {
	readonly bound: string;
	/** Absolute module. */
	readonly module: string;
	/** Null where the module itself is bound. */
	readonly name: string | null;
}

export interface ImportStatement {
	/** Absolute modules that are imported, as far as they are named. */
	readonly modules: readonly string[];
	readonly names: readonly ImportedName[];
	/** The module of `from module import *`, or null. */
	readonly star: string | null;
}

/** What an `import` or `from` statement does, given by its tokens, in a module whose relative imports start at `packageName`. */
export function readImport(tokens: readonly Token[], packageName: string): ImportStatement | null {
	return tokens[0]?.text === "from" ? readFrom(tokens, packageName) : readPlain(tokens);
}

function readPlain(tokens: readonly Token[]): ImportStatement {
	const names: ImportedName[] = [];
	const modules: string[] = [];
	let index = 1;
	while (index < tokens.length) {
		let module = "";
		while (
			index < tokens.length &&
			(tokens[index]?.type === "name" || tokens[index]?.text === ".") &&
			tokens[index]?.text !== "as"
		) {
			module += tokens[index]?.text ?? "";
			index++;
		}
		if (module === "") return { modules, names, star: null };
		modules.push(module);
		const alias = tokens[index]?.text === "as" ? tokens[index + 1]?.text : undefined;
		if (alias !== undefined) {
			names.push({ bound: alias, module, name: null });
			index += 2;
		} else {
			const top = module.split(".")[0] ?? module;
			names.push({ bound: top, module: top, name: null });
		}
		if (tokens[index]?.text !== ",") break;
		index++;
	}
	return { modules, names, star: null };
}

function readFrom(tokens: readonly Token[], packageName: string): ImportStatement | null {
	let level = 0;
	let index = 1;
	for (; tokens[index]?.text === "." || tokens[index]?.text === "..."; index++) level += tokens[index]?.text.length ?? 0;
	let module = "";
	for (; index < tokens.length && tokens[index]?.text !== "import"; index++) module += tokens[index]?.text ?? "";
	const source = resolveRelative(module, level, packageName);
	if (source === null) return null;
	const listed = tokens.slice(index + 1).filter((token) => token.text !== "(" && token.text !== ")");
	if (listed[0]?.text === "*") return { modules: [source], names: [], star: source };
	const names: ImportedName[] = [];
	for (let at = 0; at < listed.length; at++) {
		const name = listed[at];
		if (name === undefined || name.type !== "name") continue;
		const alias = listed[at + 1]?.text === "as" ? listed[at + 2] : undefined;
		names.push({ bound: alias?.text ?? name.text, module: source, name: name.text });
		if (alias !== undefined) at += 2;
	}
	return { modules: [source], names, star: null };
}

/** The absolute name of a relative module, or null where the dots lead above the top package. */
export function resolveRelative(module: string, level: number, packageName: string): string | null {
	if (level === 0) return module;
	const parts = packageName.split(".");
	if (packageName === "" || level > parts.length) return null;
	const base = parts.slice(0, parts.length - level + 1).join(".");
	return module === "" ? base : `${base}.${module}`;
}

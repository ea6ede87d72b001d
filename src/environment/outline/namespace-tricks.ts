import type { LogicalLine } from "./logical-lines.ts";
import { tokenize } from "./tokens.ts";

/** What a module does to namespaces and `sys.modules` behind the back of its own statements. */
export interface NamespaceTricks {
	/** Names may be bound that no statement shows. */
	readonly dynamic: boolean;
	readonly replaced: boolean;
	readonly injects: readonly string[] | "unknown";
	/** Names that functions bind with `global`, or that are set by a literal key. */
	readonly perhapsBound: readonly string[];
}

const suspicious =
	/\b(?:globals|locals|vars)\s*\(\s*\)|\bglobal\s|\bsys\.modules\b|\bexec\s*\(|\b_?_convert_?\s*\(|\bimport_module\s*\(\s*__name__\s*\)|__name__|\b__all__\s*(?:\.\s*(?:append|extend|insert|remove)\b|\+=)/;
const none: NamespaceTricks = { dynamic: false, replaced: false, injects: [], perhapsBound: [] };

/** Functions that only answer attribute access; what they write comes from what they serve. */
const accessors = new Set(["__getattr__", "__dir__"]);

/** Looks for writes through `globals()`, `locals()`, `vars()`, `exec`, `global` and `sys.modules`. */
export function findNamespaceTricks(text: string, lines: readonly LogicalLine[], moduleName: string): NamespaceTricks {
	if (!suspicious.test(text)) return none;
	let dynamic = false;
	let replaced = false;
	let injects: readonly string[] | "unknown" = [];
	const perhapsBound: string[] = [];
	for (const index of suspiciousLines(text, lines)) {
		const line = lines[index];
		if (line === undefined) continue;
		const definition = enclosingDefinition(text, lines, index);
		if (definition !== null && accessors.has(definition)) continue;
		const source = text.slice(line.start, line.end);
		const code = codeOf(source);
		const atTop = definition === null;
		const declared = /^global\s+(\S.*)$/s.exec(code)?.[1];
		if (declared !== undefined) perhapsBound.push(...declared.split(",").map((name) => name.trim()));
		if (!atTop && /\b__all__\s*(?:\.|\+=)/.test(code)) perhapsBound.push("__all__");
		for (const write of namespaceWrites(text, code, atTop)) {
			const names = write !== null && "variable" in write ? namesOfLoop(text, lines, index, write.variable) : null;
			if (names !== null) perhapsBound.push(...names);
			else if (write === null || "variable" in write) dynamic = true;
			else perhapsBound.push(write.name);
		}
		if (atTop && (/\bexec\s*\(/.test(code) || /\b_?_convert_?\s*\(/.test(code))) dynamic = true;
		if (/\bimport_module\s*\(\s*__name__\s*\)/.test(code)) dynamic = true;
		// A call for its effect that is told this module's name may well change the module.
		if (
			atTop &&
			/^[\w.]+\s*\(.*\b__name__\b/s.test(code) &&
			!/^(?:\w*log\w*|warnings)\.|declare_namespace|^(?:print|if|elif|while)\b/i.test(code)
		)
			dynamic = true;
		const modules = sysModulesWrites(code, moduleName);
		if (modules.self === "replaced") replaced = true;
		if (modules.self === "changed") dynamic = true;
		injects = injects === "unknown" || modules.injects === "unknown" ? "unknown" : [...injects, ...modules.injects];
	}
	return { dynamic, replaced, injects, perhapsBound };
}

/** Indexes of the logical lines that need a closer look, in order. */
function suspiciousLines(text: string, lines: readonly LogicalLine[]): readonly number[] {
	const found: number[] = [];
	let index = 0;
	for (const match of text.matchAll(new RegExp(suspicious, "g"))) {
		while (index < lines.length && (lines[index]?.end ?? 0) <= match.index) index++;
		// What lies between two logical lines is a comment.
		if (match.index >= (lines[index]?.start ?? Number.POSITIVE_INFINITY) && found.at(-1) !== index) found.push(index);
	}
	return found;
}

/** Name of the outermost function or class around a line, or null at the top level. */
function enclosingDefinition(text: string, lines: readonly LogicalLine[], index: number): string | null {
	let indent = lines[index]?.indent ?? 0;
	let name: string | null = null;
	for (let above = index - 1; above >= 0 && indent > 0; above--) {
		const line = lines[above];
		if (line === undefined || line.indent >= indent) continue;
		indent = line.indent;
		name = /^(?:async\s+)?(?:def|class)\s+(\w+)/.exec(text.slice(line.start, line.start + 200))?.[1] ?? name;
	}
	return name;
}

/** A line without its comments, and without strings that are more than a key. */
function codeOf(source: string): string {
	let code = "";
	let end = 0;
	for (const token of tokenize(source, 0, source.length)) {
		const isText = token.type === "string" && !/^["'][\w.]*["']$/.test(token.text);
		code += `${source.slice(end, token.start).replace(/#.*/g, "")}${isText ? '""' : token.text}`;
		end = token.end;
	}
	return code;
}

/** The names that a loop around a line goes through, where they are written out: `for name in ["float96", "float128"]:`; else null. */
function namesOfLoop(text: string, lines: readonly LogicalLine[], index: number, variable: string): readonly string[] | null {
	let indent = lines[index]?.indent ?? 0;
	for (let above = index - 1; above >= 0 && indent > 0; above--) {
		const line = lines[above];
		if (line === undefined || line.indent >= indent) continue;
		indent = line.indent;
		const source = text.slice(line.start, line.end);
		const listed = new RegExp(`^for\\s+${variable}\\s+in\\s+[[(]([\\s\\w"',]*)[\\])]\\s*:`).exec(source)?.[1];
		if (listed === undefined) continue;
		const names = listed.split(",").map((item) => item.trim());
		const texts = names.filter((name) => name !== "").map((name) => /^(["'])(\w+)\1$/.exec(name)?.[2]);
		return texts.every((name) => name !== undefined) ? texts : null;
	}
	return null;
}

/** A name written through a namespace dictionary, or the variable that holds it. */
type NamespaceWrite = { readonly name: string } | { readonly variable: string };

/** Names written through a namespace dictionary in one line; null for a name that is computed. */
function namespaceWrites(text: string, code: string, atTop: boolean): readonly (NamespaceWrite | null)[] {
	const writes: (NamespaceWrite | null)[] = [];
	for (const match of code.matchAll(/\b(globals|locals|vars)\s*\(\s*\)/g)) {
		if (match[1] !== "globals" && !atTop) continue;
		const before = code.slice(0, match.index);
		const after = code.slice(match.index + match[0].length);
		const key = /^\s*\[([^\]]*)\]\s*(?:=(?!=)|[-+|]=)/.exec(after)?.[1]?.trim();
		if (key !== undefined) writes.push(writeOf(key));
		else if (/^\s*\[|^\s*\.\s*(?:get|items|keys|values|copy)\b/.test(after)) continue;
		else if (/\b(?:in|not in)\s*$|\b(?:dict|list|sorted|len|set|tuple)\s*\(\s*$|\beval\s*\([^()]*$|\*\*\s*$/.test(before))
			continue;
		else {
			const variable = /^\s*(\w+)\s*=\s*$/.exec(before)?.[1];
			const callee = /^\s*(\w+)\s*\(\s*$/.exec(before)?.[1];
			if (variable !== undefined && /^\s*$/.test(after) && isOnlyRead(text, variable)) continue;
			if (callee !== undefined && /^\s*\)\s*$/.test(after) && functionOnlyReads(text, callee)) continue;
			writes.push(null);
		}
	}
	return writes;
}

function writeOf(key: string): NamespaceWrite | null {
	const name = /^(["'])(\w+)\1$/.exec(key)?.[2];
	if (name !== undefined) return { name };
	return /^[A-Za-z_]\w*$/.test(key) ? { variable: key } : null;
}

/** Is a variable that holds a namespace nowhere written through, and never handed on? */
function isOnlyRead(text: string, variable: string): boolean {
	const uses = new RegExp(`(\\bin\\s+)?(?<![\\w.])${variable}(?!\\w)([^\\n]*)`, "g");
	let assignments = 0;
	for (const [, membership, after = ""] of text.matchAll(uses)) {
		if (/^\s*=\s*(?:globals|locals|vars)\s*\(/.test(after)) assignments++;
		else if (/^\s*\[[^\]]*\]\s*(?:=(?!=)|[-+|]=)/.test(after)) return false;
		else if (membership === undefined && !/^\s*\[|^\s*\.\s*(?:get|items|keys|values|copy)\b/.test(after)) return false;
	}
	return assignments > 0;
}

/** Does a function of the same module only look through the namespace it is given as its one parameter? */
function functionOnlyReads(text: string, name: string): boolean {
	const found = new RegExp(`^def ${name}\\((\\w+)[^)]*\\)[^:]*:[ \\t]*\\n((?:[ \\t]+[^\\n]*\\n|[ \\t]*\\n)*)`, "m").exec(text);
	const [, parameter, body] = found ?? [];
	if (parameter === undefined || body === undefined) return false;
	for (const use of body.matchAll(new RegExp(`(?<![\\w.])${parameter}(?!\\w)([^\\n]*)`, "g")))
		if (!/^\s*\.\s*(?:get|items|keys|values|copy)\b/.test(use[1] ?? "")) return false;
	return true;
}

function sysModulesWrites(
	code: string,
	moduleName: string,
): { self: "replaced" | "changed" | null; injects: readonly string[] | "unknown" } {
	let self: "replaced" | "changed" | null = null;
	let injects: readonly string[] | "unknown" = [];
	for (const match of code.matchAll(/\bsys\.modules\b(.*)/gs)) {
		const after = match[1] ?? "";
		const before = code.slice(0, match.index);
		const item = /^\s*\[([^\]]*)\]\s*(=(?!=))?/.exec(after) ?? /^\s*\.\s*setdefault\s*\(([^,()]*)(,)/.exec(after);
		if (item === null) {
			if (/^\s*\.\s*update\b/.test(after)) injects = "unknown";
			continue;
		}
		const [, written = "", write] = item;
		const key = written.trim();
		if (/\bdel\s*$/.test(before)) continue;
		const ownName = key === "__name__" || key === `"${moduleName}"` || key === `'${moduleName}'`;
		if (ownName)
			self =
				write !== undefined
					? "replaced"
					: /^\s*\[[^\]]*\]\s*\.\s*__(?:doc|file|name|path)__/.test(after)
						? self
						: (self ?? "changed");
		else if (write !== undefined) {
			const literal = /^(["'])([\w.]+)\1$/.exec(key)?.[2];
			if (literal === undefined) injects = "unknown";
			else if (injects !== "unknown") injects = [...injects, literal];
		}
	}
	return { self, injects };
}

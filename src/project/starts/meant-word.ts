import type { SourceTree, Target } from "../project.ts";

/** What is meant by a word that uvicorn does not take for `module:attribute`, and what it prints. */
interface MeantTarget {
	readonly target: Omit<Target, "evidence">;
	readonly refusal: string;
}

/** Reads `main`, `app.main`, `main.app`, `app/main.py` and `src/main:app`; null where the repository has no such module. */
export function meantByWord(tree: SourceTree, word: string): MeantTarget | null {
	const [path = "", attribute] = word.split(":");
	const refusal =
		attribute === undefined
			? `Error loading ASGI app. Import string "${word}" must be in format "<module>:<attribute>".`
			: `Error loading ASGI app. Could not import module "${path}".`;
	const module = path.replace(/^\.\//, "").replace(/\.py$/, "").replace(/\//g, ".");
	const text = textOf(tree, module);
	if (text !== null) {
		const own = attribute ?? applicationIn(text);
		return own === null ? null : { target: { module, attribute: own, factory: false }, refusal };
	}
	const dot = module.lastIndexOf(".");
	const outer = dot < 0 || attribute !== undefined ? null : textOf(tree, module.slice(0, dot));
	const name = module.slice(dot + 1);
	return outer === null || !binds(outer, name)
		? null
		: { target: { module: module.slice(0, dot), attribute: name, factory: false }, refusal };
}

/** The text of the module in whichever folder it lies. */
function textOf(tree: SourceTree, module: string): string | null {
	const base = `/${module.replace(/\./g, "/")}`;
	for (const [path, { text }] of tree)
		if (`/${path}`.endsWith(`${base}.py`) || `/${path}`.endsWith(`${base}/__init__.py`)) return text;
	return null;
}

function applicationIn(text: string): string | null {
	return binds(text, "app") ? "app" : (/^(\w+)\s*(?::[^=\n]*)?=\s*FastAPI\(/m.exec(text)?.[1] ?? null);
}

function binds(text: string, name: string): boolean {
	return new RegExp(`^${name}\\s*(:[^=\\n]*)?=`, "m").test(text);
}

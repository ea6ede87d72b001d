import type { ModuleGetattr, ModuleTable, TableName } from "../module-table.ts";
import { BlockReader } from "./block-reader.ts";
import { splitLogicalLines } from "./logical-lines.ts";
import { findNamespaceTricks } from "./namespace-tricks.ts";
import type { SourceContext } from "./simple-statement-reader.ts";

/** Reads the export table of a module from its source. Any text gives a table; what is no Python gives a dynamic one. */
export function readModuleTable(text: string, context: SourceContext): ModuleTable {
	const { lines, sound } = splitLogicalLines(text);
	const reader = new BlockReader(text, lines, context, false);
	reader.read(0, lines.length);
	const tricks = findNamespaceTricks(text, lines, context.module);
	const names = new Map<string, TableName>();
	for (const [name, found] of reader.scope.changes) {
		if (found.state === "unbound") continue;
		names.set(name, { slot: found.state === "maybe" ? { kind: "maybe", slot: found.slot } : found.slot, stars: found.stars });
	}
	for (const name of tricks.perhapsBound)
		if (!names.has(name)) names.set(name, { slot: { kind: "maybe", slot: { kind: "unknown" } }, stars: reader.stars.length });
	return {
		names,
		stars: reader.stars,
		all: tricks.perhapsBound.includes("__all__") ? "unknown" : (reader.all ?? importedAll(reader)),
		getattr: getattrOf(reader),
		dynamic: !sound || reader.dynamic || tricks.dynamic,
		replaced: tricks.replaced,
		calls: [...reader.calls],
		imports: [...reader.imports],
		needs: reader.needs,
		path: pathOf(text),
		injects: tricks.injects,
	};
}

/** `from module import __all__` takes over that module's list. */
function importedAll(reader: BlockReader): ModuleTable["all"] {
	const found = reader.scope.changes.get("__all__");
	if (found === undefined || found.state === "unbound") return null;
	const { slot } = found;
	return found.state === "bound" && slot.kind === "alias" && slot.name === "__all__"
		? { names: [], modules: [slot.module] }
		: "unknown";
}

function getattrOf(reader: BlockReader): ModuleGetattr | null {
	const found = reader.scope.changes.get("__getattr__");
	if (found === undefined || found.state === "unbound") return null;
	const { slot } = found;
	// One that only some path defines refuses what is refused without it as well, and what it serves is then there at best.
	if (slot.kind === "lazy-function") return { kind: "function", at: slot.at };
	if (found.state === "bound" && slot.kind === "lazy-value") return { kind: "value", start: slot.start, end: slot.end };
	return { kind: "unknown" };
}

function pathOf(text: string): ModuleTable["path"] {
	if (!text.includes("__path__") && !text.includes("declare_namespace")) return "plain";
	if (/\bextend_path\s*\(\s*__path__|\bdeclare_namespace\s*\(\s*__name__\s*\)/.test(text)) return "extended";
	return /\b__path__\s*(?:=(?!=)|\+=|\[|\.\s*(?:append|extend|insert|__iadd__))/.test(text) ? "unknown" : "plain";
}

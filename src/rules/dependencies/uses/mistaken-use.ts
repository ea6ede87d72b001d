import type { ExternalImport } from "../../../project/imports/trace.ts";
import type { MistakenName } from "../../../project/manifests/mistaken-names.ts";
import type { Project } from "../../../project/project.ts";
import { walk } from "../../../python/walk.ts";
import { isExternal } from "./names.ts";

/** Where start-up certainly asks another author's package for something that it does not have. */
export interface MistakenUse {
	/** The line that Python prints. */
	readonly error: string;
	readonly order: number;
}

/** The first name of the package meant that start-up asks for and that the declared one does not have; null where there is none. */
export function findMistakenUse(project: Project, { module, modules }: MistakenName): MistakenUse | null {
	if (modules === null) return null;
	const uses: MistakenUse[] = [];
	for (const use of project.trace.externalImports) {
		if (!use.reached || use.guarded || use.deferred || use.module.split(".")[0] !== module) continue;
		const error = errorOfImport(use, modules);
		if (error !== null) uses.push({ error, order: use.order });
	}
	const attribute = new RegExp(`^${module}\\.(\\w+)$`);
	for (const { callee, reached, guarded, order } of project.trace.calls) {
		if (!reached || guarded || callee.kind !== "external" || !isExternal(callee, attribute)) continue;
		const name = attribute.exec(callee.name)?.[1] ?? attribute.exec(callee.canonical)?.[1];
		if (name !== undefined && modules[module]?.includes(name) === false)
			uses.push({ error: `AttributeError: module '${module}' has no attribute '${name}'`, order });
	}
	return uses.toSorted((a, b) => a.order - b.order)[0] ?? null;
}

/** Does any file ask for something that only the declared package has? Then that one is meant. */
export function isReallyMeant(project: Project, { module, own }: MistakenName): boolean {
	if (own === null) return false;
	const dotted = new RegExp(`\\b(${module}(?:\\.\\w+)*)\\.(\\w+)\\b`, "g");
	for (const { text, tree } of project.modules.values()) {
		if (!text.includes(module)) continue;
		for (const [, owner = "", name = ""] of text.matchAll(dotted)) if (own[owner]?.includes(name)) return true;
		let found = false;
		walk(tree, (node) => {
			if (!("type" in node) || node.type !== "ImportFrom" || node.level > 0) return undefined;
			found ||= node.names.some(({ name }) => own[node.module]?.includes(name.name));
			return false;
		});
		if (found) return true;
	}
	return false;
}

function errorOfImport(
	{ module, importer, range }: ExternalImport,
	modules: NonNullable<MistakenName["modules"]>,
): string | null {
	const names = modules[module];
	if (names === undefined) return `ModuleNotFoundError: No module named '${module}'`;
	if (names === null) return null;
	const missing = namesImported(importer, range.start).find((name) => !names.includes(name) && !(`${module}.${name}` in modules));
	return missing === undefined ? null : `ImportError: cannot import name '${missing}' from '${module}'`;
}

/** What `from … import …` at a place of a file asks for. */
function namesImported({ tree }: ExternalImport["importer"], start: number): string[] {
	const names: string[] = [];
	walk(tree, (node) => {
		if (!("type" in node) || node.type !== "ImportFrom") return undefined;
		if (node.start <= start && start < node.end) for (const { name } of node.names) names.push(name.name);
		return false;
	});
	return names;
}

import type { ImportEdge } from "../project/imports/trace.ts";
import type { Module, Project } from "../project/project.ts";
import type * as ast from "../python/ast.ts";
import { blocksOf } from "../python/rewrite/blocks.ts";
import { isTypeCheckingTest } from "../python/rewrite/statements.ts";

/** Every import of one of the project's modules by another, in the order of files and lines. Modules the target never reaches are in it too. */
export function listImportEdges(project: Project): readonly ImportEdge[] {
	const edges: ImportEdge[] = [];
	for (const module of project.modules.values()) {
		const timing = timesOf(module.tree);
		for (const block of blocksOf(module.tree)) {
			for (const statement of block.statements) {
				const when = timing.get(statement) ?? "import";
				for (const imported of importedBy(project, module, statement)) {
					if (imported === module.name) continue;
					edges.push({
						importer: module.name,
						imported,
						path: module.path,
						range: { start: statement.start, end: statement.end },
						when,
					});
				}
			}
		}
	}
	return edges.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.range.start - b.range.start));
}

/** Own modules that a statement imports; for `from package import module` the module, for other names the package. */
function importedBy(project: Project, module: Module, statement: ast.Statement): readonly string[] {
	if (statement.type === "Import") return unique(statement.names.map((alias) => knownPart(project, alias.name.name)));
	if (statement.type !== "ImportFrom") return [];
	const base = absoluteName(module, statement);
	if (base === null) return [];
	if (statement.star) return unique([knownPart(project, base)]);
	return unique(
		statement.names.map((alias) => {
			const submodule = base === "" ? alias.name.name : `${base}.${alias.name.name}`;
			return project.modules.has(submodule) ? submodule : knownPart(project, base);
		}),
	);
}

/** The longest leading part of a dotted name that is one of the project's modules. */
function knownPart(project: Project, dotted: string): string | null {
	for (let name = dotted; name !== ""; name = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "") {
		if (project.modules.has(name)) return name;
	}
	return null;
}

/** What follows `from`, without its dots; null where it leaves the top package. */
function absoluteName(module: Module, statement: ast.ImportFrom): string | null {
	if (statement.level === 0) return statement.module;
	const parts = module.name.split(".");
	const up = statement.level - (module.isPackage ? 1 : 0);
	if (up >= parts.length && !(module.isPackage && up === 0)) return null;
	return [...parts.slice(0, parts.length - up), ...(statement.module === "" ? [] : [statement.module])].join(".");
}

function unique(names: readonly (string | null)[]): readonly string[] {
	return [...new Set(names.filter((name) => name !== null))];
}

/** Statements that do not run while the module is imported: in functions, and under `if TYPE_CHECKING`. */
function timesOf(tree: ast.Module): ReadonlyMap<ast.Statement, "deferred" | "typing"> {
	const times = new Map<ast.Statement, "deferred" | "typing">();
	for (const { owner, statements } of blocksOf(tree)) {
		const inherited = owner ? times.get(owner) : undefined;
		const own = owner?.type === "FunctionDef" ? "deferred" : isTypingBody(owner, statements) ? "typing" : undefined;
		const when = inherited ?? own;
		if (when) for (const statement of statements) times.set(statement, when);
	}
	return times;
}

function isTypingBody(owner: ast.Statement | null, statements: readonly ast.Statement[]): boolean {
	return owner?.type === "If" && isTypeCheckingTest(owner.test) && owner.body === statements;
}

import type { FixProposal } from "../../../audit/fix.ts";
import { versionSatisfies } from "../../../environment/pep440.ts";
import { closeOver, primaryManifest, startUpRequirements } from "../../../project/manifests/declared.ts";
import { addRequirement, setSpecifier } from "../../../project/manifests/edit.ts";
import { listThirdPartyImports, type ThirdPartyImport } from "../../../project/manifests/third-party-imports.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** A change of the code in the place of a declaration; without a proposal where declaring would not help and nothing else is certain. */
export interface ImportInstead {
	readonly proposal: FixProposal | undefined;
}

/**
 * Where a declared package has what is imported under the name of an undeclared one: `JWTError` is python-jose's, and with
 * pydantic 1 `BaseSettings` is pydantic's own. Null where the package should be declared.
 */
export function importInstead(project: Project, module: string, distribution: string): ImportInstead | null {
	const [top = module] = module.split(".");
	if (distribution === "pydantic-settings" && isPydantic1(project)) {
		const edits = renamed(project, top, "pydantic", (names) => names.every((name) => name === "BaseSettings"));
		return {
			proposal:
				edits === null
					? withPydantic2(project)
					: { ...words("pydantic", "BaseSettings is part of pydantic before 2, and pydantic-settings needs pydantic 2."), edits },
		};
	}
	if (top === "jwt" && declares(project, "python-jose")) {
		const edits = renamed(project, top, "jose", (names) => names.every((name) => hasName(project, "jose", name)));
		if (edits !== null)
			return {
				proposal: {
					...words("jose", "The names that are imported are those of jose, which python-jose brings; it is declared."),
					edits,
				},
			};
	}
	return null;
}

/** Code that uses more of pydantic-settings than pydantic 1 has was written for pydantic 2: its bound is lifted, where FastAPI takes that. */
function withPydantic2({ manifests, environment, files, modules }: Project): FixProposal | undefined {
	if (![...modules.values()].some(({ tree }) => asksForMore(tree))) return undefined;
	const manifest = primaryManifest(manifests);
	const bound = manifest?.requirements.find(({ normalized, group }) => normalized === "pydantic" && group === "");
	const fastapi = environment.distributions.get("fastapi")?.version;
	if (manifest === null || bound === undefined || fastapi === undefined || versionSatisfies(fastapi, ">=0.100") !== true)
		return undefined;
	const lifted = setSpecifier(files, bound, ">=2");
	const declared = addRequirement(files, manifest, { name: "pydantic-settings", extras: [], floor: null, exact: null });
	if (lifted === null || declared === null) return undefined;
	return {
		title: "Ask for pydantic 2, and declare pydantic-settings",
		explanation: "pydantic-settings needs pydantic 2, and the names that are imported of it are in no pydantic before.",
		applicability: "review",
		edits: [...lifted, ...declared],
		commands: manifest.updateCommands,
	};
}

function asksForMore(tree: ast.Module): boolean {
	let found = false;
	walk(tree, (node) => {
		if (!("type" in node) || node.type !== "ImportFrom") return undefined;
		found ||=
			node.module === "pydantic_settings" && node.names.some(({ name }) => name.name !== "BaseSettings" && name.name !== "*");
		return false;
	});
	return found;
}

function words(module: string, explanation: string): Pick<FixProposal, "title" | "explanation" | "applicability"> {
	return { title: `Import from ${module}`, explanation, applicability: "safe" };
}

function isPydantic1({ environment }: Project): boolean {
	const version = environment.distributions.get("pydantic")?.version;
	return version !== undefined && versionSatisfies(version, "<2") === true;
}

function declares({ manifests, environment }: Project, distribution: string): boolean {
	return closeOver(startUpRequirements(manifests), manifests, environment).provided.has(distribution);
}

function hasName({ environment }: Project, module: string, name: string): boolean {
	const found = environment.findModule(module);
	return found.found === "present" && found.module.lookup(name).found === "present";
}

/** Edits that import from another module wherever this one is imported by name; null where one place imports what that does not have. */
function renamed(project: Project, from: string, to: string, suits: (names: readonly string[]) => boolean): TextEdit[] | null {
	const imports = listThirdPartyImports(project).filter(({ name }) => name.split(".")[0] === from);
	const edits: TextEdit[] = [];
	for (const each of imports) {
		const names = each.name === from ? namesBehind(each) : null;
		if (names === null || !suits(names)) return null;
		edits.push({ path: each.module.path, range: each.range, newText: to });
	}
	return edits.length === 0 ? null : edits;
}

/** What `from module import …` asks for, and what is read of `import module as alias`; null for what cannot be told. */
function namesBehind({ module: { text }, range }: ThirdPartyImport): readonly string[] | null {
	const alias = /^[ \t]+as[ \t]+(\w+)[ \t]*(?:#|;|\r?\n|$)/.exec(text.slice(range.end))?.[1];
	if (alias !== undefined) {
		const read = [...text.matchAll(new RegExp(`(?<![\\w.])${alias}\\b(?:\\.(\\w+))?`, "g"))].map(([, name]) => name);
		// One is the alias itself; an alias that is handed on may be asked for anything.
		return read.filter((name) => name === undefined).length > 1 ? null : read.filter((name) => name !== undefined);
	}
	const match = /^[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#;\\(]+))/.exec(text.slice(range.end));
	if (match === null) return null;
	const listed = (match[1] ?? match[2] ?? "").replace(/#[^\n]*/g, "");
	const names = listed.split(",").map((name) => /^\s*(\w+)/.exec(name)?.[1] ?? "");
	return names.filter((name) => name !== "");
}

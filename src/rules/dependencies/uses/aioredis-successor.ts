import type { FixProposal } from "../../../audit/fix.ts";
import { versionSatisfies } from "../../../environment/pep440.ts";
import { primaryManifest } from "../../../project/manifests/declared.ts";
import { removeRequirement, replaceRequirement, usesHashes } from "../../../project/manifests/edit.ts";
import type { Module, Project } from "../../../project/project.ts";
import { type ImportStatement, importsOf } from "../../../python/rewrite/remove-imports.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Where redis-py has what aioredis had (https://github.com/aio-libs-abandoned/aioredis-py, "Aioredis is now in redis-py 4.2.0rc1+"). */
const homes: Readonly<Record<string, string>> = {
	aioredis: "redis.asyncio",
	"aioredis.client": "redis.asyncio.client",
	"aioredis.connection": "redis.asyncio.connection",
	"aioredis.exceptions": "redis.exceptions",
	"aioredis.lock": "redis.asyncio.lock",
	"aioredis.sentinel": "redis.asyncio.sentinel",
};

/** aioredis became part of redis-py: the imports, and the requirement if there is one, move there. Undefined where an import has no counterpart. */
export function moveToRedis(project: Project): FixProposal | undefined {
	const manifest = primaryManifest(project.manifests);
	const declared = manifest?.requirements.find(({ normalized, group }) => normalized === "aioredis" && group === "");
	if (manifest === null || usesHashes(project.files, manifest)) return undefined;
	const hasRedis = manifest.requirements.some(({ normalized, group }) => normalized === "redis" && group === "");
	if (declared === undefined && (!hasRedis || !hasSuccessor(project))) return undefined;
	const listed =
		declared === undefined
			? []
			: hasRedis
				? removeRequirement(project.files, declared)
				: replaceRequirement(project.files, declared, { name: "redis", extras: [], floor: "4.6.0", exact: null });
	if (listed === null) return undefined;
	const edits = [...listed];
	for (const module of project.modules.values()) {
		for (const statement of importsOf(module.tree)) {
			const moved = movedImport(module, statement);
			if (moved === null) return undefined;
			edits.push(...moved);
		}
	}
	return {
		title: "Use redis.asyncio in the place of aioredis",
		explanation:
			"aioredis has become a part of redis 4.2 and has had no release since; its clients are there under the same names.",
		applicability: "review",
		edits,
		commands: manifest.updateCommands,
	};
}

/** Is the redis that is there, or would come, a release with the part that aioredis became? */
function hasSuccessor({ environment }: Project): boolean {
	const version = environment.distributions.get("redis")?.version;
	return version !== undefined && versionSatisfies(version, ">=4.2") === true;
}

/** None for an import of something else; null where nothing is known to take its place. */
function movedImport({ path }: Module, statement: ImportStatement): TextEdit[] | null {
	if (statement.type === "ImportFrom") {
		if (statement.level > 0 || statement.module.split(".")[0] !== "aioredis") return [];
		const home = Object.hasOwn(homes, statement.module) ? homes[statement.module] : undefined;
		const { start, end } = statement.moduleRange;
		return home === undefined || statement.star ? null : [{ path, range: { start, end }, newText: home }];
	}
	const ours = statement.names.filter(({ name }) => name.name.split(".")[0] === "aioredis");
	if (ours.length === 0) return [];
	const [only] = ours;
	if (statement.names.length > 1 || only?.name.name !== "aioredis") return null;
	const { start, end } = statement;
	return [{ path, range: { start, end }, newText: `from redis import asyncio as ${only.asName?.name ?? "aioredis"}` }];
}

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findCycles } from "../src/graph/cycles.ts";
import { buildDigraph } from "../src/graph/digraph.ts";

/** The house from the ground up; a folder may import its own floor's folder and every floor below, never a neighbour or above. */
const floors: readonly (readonly string[])[] = [
	["src/text", "src/graph"],
	["src/workspace"],
	["src/python"],
	["src/environment"],
	["src/project"],
	["src/audit"],
	["src/rules/repair"],
	["src/rules", "src/plan"],
	["src/report"],
	["src/apply", "src/verify"],
	["src/session"],
	["components"],
	["src/cli"],
];

/** Type-only arrows that point up on purpose, each with its reason. */
const allowedArrows: readonly { readonly from: RegExp; readonly to: RegExp; readonly why: string }[] = [
	{
		from: /^src\/workspace\//,
		to: /^src\/(environment|project|session)\//,
		why: "the workspace implements ports that the engine declares",
	},
];

interface Import {
	readonly from: string;
	/** Path of one of our files, or a package name. */
	readonly to: string;
	readonly typeOnly: boolean;
	/** Loaded by `import()` when it is needed. */
	readonly deferred: boolean;
}

const root = fileURLToPath(new URL("..", import.meta.url));

function sourceFiles(folder: string): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
		.map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

function importsOf(path: string): Import[] {
	const text = readFileSync(join(root, path), "utf8");
	const found: Import[] = [];
	const add = (specifier: string, typeOnly: boolean, deferred: boolean) => {
		const to = specifier.startsWith(".") ? posix.join(dirname(path), specifier) : specifier;
		found.push({ from: path, to, typeOnly, deferred });
	};
	for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm)) {
		const onlyTypes = match[1] !== undefined || /^(?:import|export)\s*\{(?:\s*type\s[^,}]*,?)+\s*\}/.test(match[0]);
		add(match[2] ?? "", onlyTypes, false);
	}
	for (const match of text.matchAll(/\bimport\("([^"]+)"\)/g)) add(match[1] ?? "", false, true);
	return found;
}

const files = [...sourceFiles("src"), ...sourceFiles("components")];
const imports = files.flatMap(importsOf);

function floorOf(path: string): { readonly floor: number; readonly folder: string } | null {
	if (path === "src/cli.ts" || path === "src/launch.ts") return { floor: floors.length - 1, folder: "src/cli" };
	for (const [floor, folders] of floors.entries()) {
		const folder = folders.find((name) => path.startsWith(`${name}/`));
		if (folder) return { floor, folder };
	}
	return null;
}

it("has a floor for every file", () => {
	expect(files.filter((path) => floorOf(path) === null)).toEqual([]);
});

it("imports downward only", () => {
	const upward = imports.flatMap((one) => {
		const [from, to] = [floorOf(one.from), floorOf(one.to)];
		if (!from || !to || from.folder === to.folder || to.floor < from.floor) return [];
		if (one.typeOnly && allowedArrows.some((arrow) => arrow.from.test(one.from) && arrow.to.test(one.to))) return [];
		return [
			`${one.from} imports ${one.to}: ${from.folder} stands ${to.floor === from.floor ? "beside" : "below"} ${to.folder} and must not know it`,
		];
	});
	expect(upward).toEqual([]);
});

it("keeps each category of rules to itself", () => {
	const categoryOf = (path: string) => /^src\/rules\/([^/]+)\//.exec(path)?.[1] ?? null;
	const across = imports.filter((one) => {
		const [from, to] = [categoryOf(one.from), categoryOf(one.to)];
		return from !== null && to !== null && from !== to && to !== "repair";
	});
	expect(across.map((one) => `${one.from} imports ${one.to}: what two categories need stands in src/rules/repair`)).toEqual([]);
});

it("has no import cycle, by the graph code that looks for them in backends", () => {
	const arrows = imports.filter((one) => !one.typeOnly && !one.deferred && files.includes(one.to));
	expect(findCycles(buildDigraph(arrows.map((one) => [one.from, one.to] as const)))).toEqual([]);
});

it("touches files, processes and git in src/workspace only", () => {
	const world = /^(node:(fs|child_process|net|http|https|worker_threads)(\/.*)?|simple-git|fs|child_process)$/;
	const outside = imports.filter((one) => world.test(one.to) && !one.from.startsWith("src/workspace/"));
	expect(outside.map((one) => `${one.from} imports ${one.to}: only src/workspace may touch the world`)).toEqual([]);
});

it("reads versions and specifiers through one door", () => {
	const outside = imports.filter((one) => one.to === "@renovatebot/pep440" && one.from !== "src/environment/pep440.ts");
	expect(outside.map((one) => `${one.from}: ask src/environment/pep440.ts`)).toEqual([]);
});

it("knows the screen in components and src/cli only", () => {
	const screen = /^(ink|ink-.*|react)(\/.*)?$/;
	const outside = imports.filter((one) => screen.test(one.to) && !/^(components\/|src\/cli)/.test(one.from));
	expect(outside.map((one) => `${one.from} imports ${one.to}: an engine has no screen`)).toEqual([]);
});

it("loads the screen, git and the differ only when a command needs them", () => {
	const eager = new Set<string>();
	const pending = ["src/cli.ts", "src/cli/commands/audit.ts"];
	for (let path = pending.pop(); path; path = pending.pop()) {
		if (eager.has(path)) continue;
		eager.add(path);
		for (const one of imports) if (one.from === path && !one.typeOnly && !one.deferred) pending.push(one.to);
	}
	expect([...eager].filter((name) => /^(ink|react|simple-git|diff)\b/.test(name) || name.startsWith("components/"))).toEqual([]);
});

it("has no room for leftovers", () => {
	const vague = files.filter((path) => /(^|\/)(utils?|helpers?|types|misc|common)(\.tsx?|\/)/.test(path));
	expect(vague.map((path) => `${path}: name it after what it is about`)).toEqual([]);
});

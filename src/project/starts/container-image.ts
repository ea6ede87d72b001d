import type { SourceTree } from "../project.ts";
import { changesCode, type Instruction, readInstructions, wordsOf } from "./dockerfile-instructions.ts";
import { joinFolder } from "./folders.ts";
import { globTest, readIgnorePatterns } from "./ignore-patterns.ts";

/** What an image holds of the repository when its command runs. Paths in it are written without their first slash. */
export interface ContainerImage {
	/** Path in the image → path in the repository. */
	readonly files: ReadonlyMap<string, string>;
	readonly workingDirectory: string;
	/** What ENV and ARG set; null for what the file alone does not tell. */
	readonly variables: ReadonlyMap<string, string | null>;
	/** False where something may lie in the image, or have left it, that its Dockerfile does not say. */
	readonly isComplete: boolean;
}

/** Where an image is built from. */
export interface ImageSource {
	/** Path of the Dockerfile. */
	readonly path: string;
	/** Folder of the build context; null where it is to be guessed from what is copied. */
	readonly context: string | null;
	/** The stage to build; null for the last one. */
	readonly stage: string | null;
}

interface Stage {
	readonly names: readonly string[];
	readonly files: Map<string, string>;
	readonly variables: Map<string, string | null>;
	workingDirectory: string;
	isComplete: boolean;
}

/** Reads an image from its Dockerfile; null where there is none, or no such stage. */
export function readImage(files: SourceTree, source: ImageSource): ContainerImage | null {
	const text = files.get(source.path)?.text;
	if (text === undefined) return null;
	const instructions = readInstructions(text);
	const context = source.context ?? guessContext(files, source.path, instructions);
	const paths = pathsBelow(files, context, source.path);
	const project = files.get(context === "" ? "pyproject.toml" : `${context}/pyproject.toml`)?.text ?? "";
	const hasBuildSystem = /^[ \t]*\[build-system\]/m.test(project);
	const stages: Stage[] = [];
	const given = new Map<string, string | null>();
	for (const instruction of instructions) {
		const stage = stages.at(-1);
		if (instruction.name === "FROM") stages.push(newStage(instruction.rest, stages, given));
		else if (stage !== undefined) apply(instruction, stage, stages, { paths, hasBuildSystem });
		else if (instruction.name === "ARG") setArgument(instruction.rest, given);
	}
	const wanted = source.stage?.toLowerCase();
	return (wanted === undefined ? stages.at(-1) : stages.find(({ names }) => names.includes(wanted))) ?? null;
}

/** Images that hold a Python and no code of the project. */
const bareBase =
	/^(?:[\w.-]+\/)*(?:python|uv|debian|ubuntu|alpine|fedora|pypy|slim|distroless[\w./-]*|amazonlinux|rockylinux|poetry)(?:[:@]|$)/;
const fastapiBase = /^tiangolo\/uvicorn-gunicorn(?:-fastapi|-starlette)?(?::|$)/;

function newStage(rest: string, stages: readonly Stage[], given: ReadonlyMap<string, string | null>): Stage {
	const [, from = "", alias] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(rest) ?? [];
	const base = substitute(from, given);
	const parent = stages.find(({ names }) => base !== null && names.includes(base.toLowerCase()));
	const isOfFastapi = base !== null && fastapiBase.test(base);
	return {
		names: [String(stages.length), ...(alias === undefined ? [] : [alias.toLowerCase()])],
		files: new Map(parent?.files),
		variables: new Map(parent?.variables),
		workingDirectory: parent?.workingDirectory ?? (isOfFastapi ? "app" : ""),
		isComplete: parent?.isComplete ?? (isOfFastapi || (base !== null && bareBase.test(base))),
	};
}

/** What COPY takes from, unless it names a stage. */
interface BuildContext {
	/** Path in the context → path in the repository. */
	readonly paths: ReadonlyMap<string, string>;
	readonly hasBuildSystem: boolean;
}

function apply({ name, rest }: Instruction, stage: Stage, stages: readonly Stage[], context: BuildContext): void {
	switch (name) {
		case "WORKDIR": {
			const folder = substitute(unquoted(rest), stage.variables);
			if (folder === null) stage.isComplete = false;
			else stage.workingDirectory = below(stage.workingDirectory, folder);
			return;
		}
		case "ENV":
			for (const [key, value] of assignmentsOf(rest)) stage.variables.set(key, substitute(value, stage.variables));
			return;
		case "ARG":
			setArgument(rest, stage.variables);
			return;
		case "COPY":
		case "ADD": {
			const from = /(?:^|\s)--from=(\S+)/.exec(rest)?.[1]?.toLowerCase();
			const other = stages.find(({ names }) => from !== undefined && names.includes(from));
			// Another image brings tools, and no code of this repository.
			if (from !== undefined && other === undefined) return;
			copy(rest, stage, other === undefined ? context.paths : other.files);
			if (other?.isComplete === false) stage.isComplete = false;
			return;
		}
		case "RUN":
			if (changesCode(rest, context.hasBuildSystem)) stage.isComplete = false;
			return;
	}
}

/** COPY: what a folder holds goes into the target, a file goes into it or takes its name. */
function copy(rest: string, stage: Stage, available: ReadonlyMap<string, string>): void {
	const words = wordsOf(rest).map((word) => substitute(word, stage.variables));
	const target = words.pop();
	if (target == null || words.includes(null) || rest.includes("<<")) {
		stage.isComplete = false;
		return;
	}
	const place = below(stage.workingDirectory, target);
	const isFolder =
		/(^|\/)\.?$/.test(target) || words.length > 1 || place === stage.workingDirectory || isFolderIn(stage.files, place);
	for (const word of words) {
		const wanted = joinFolder("", word ?? "");
		const isPattern = /[*?[]/.test(wanted);
		const isWanted = isPattern ? globTest(wanted) : (head: string) => head === wanted;
		const depth = wanted.split("/").length;
		for (const [path, original] of available) {
			const head = wanted === "" ? "" : path.split("/").slice(0, depth).join("/");
			if (!isWanted(head)) continue;
			const inner = wanted === "" ? path : path.slice(head.length + 1);
			const name = path.slice(path.lastIndexOf("/") + 1);
			stage.files.set(inner !== "" ? joinFolder(place, inner) : isFolder ? joinFolder(place, name) : place, original);
		}
	}
}

function isFolderIn(files: ReadonlyMap<string, string>, folder: string): boolean {
	for (const path of files.keys()) if (path.startsWith(`${folder}/`)) return true;
	return false;
}

/** The files of a build context that no `.dockerignore` keeps out, by their paths in it. */
function pathsBelow(files: SourceTree, context: string, dockerfile: string): ReadonlyMap<string, string> {
	const own = files.get(`${dockerfile}.dockerignore`) ?? files.get(context === "" ? ".dockerignore" : `${context}/.dockerignore`);
	const isIgnored = readIgnorePatterns(own?.text ?? "");
	const prefix = context === "" ? "" : `${context}/`;
	const found = new Map<string, string>();
	for (const path of files.keys()) {
		const inner = path.slice(prefix.length);
		if (path.startsWith(prefix) && !isIgnored(inner)) found.set(inner, path);
	}
	return found;
}

/** The folder of the Dockerfile or one above it, from which most of what it copies can be had. */
function guessContext(files: SourceTree, dockerfile: string, instructions: readonly Instruction[]): string {
	const sources = instructions
		.filter(({ name, rest }) => (name === "COPY" || name === "ADD") && !rest.includes("--from="))
		.flatMap(({ rest }) => wordsOf(rest).slice(0, -1))
		.map((word) => joinFolder("", word))
		.filter((word) => word !== "" && !/[*?[$]/.test(word));
	const folders: string[] = [];
	for (let folder = parent(dockerfile); ; folder = parent(folder)) {
		folders.push(folder);
		if (folder === "") break;
	}
	const known = (folder: string) =>
		sources.filter((source) => {
			const path = joinFolder(folder, source);
			return files.has(path) || [...files.keys()].some((each) => each.startsWith(`${path}/`));
		}).length;
	let best = { folder: folders[0] ?? "", found: known(folders[0] ?? "") };
	for (const folder of folders.slice(1)) {
		const found = known(folder);
		if (found > best.found) best = { folder, found };
	}
	return best.folder;
}

function parent(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function setArgument(rest: string, variables: Map<string, string | null>): void {
	const [, key = "", value] = /^(\w+)(?:=(.*))?$/.exec(rest.trim()) ?? [];
	if (!variables.has(key)) variables.set(key, value === undefined ? null : substitute(unquoted(value), variables));
}

/** `ENV A=1 B="2 3"`, or the older `ENV A 1`. */
function assignmentsOf(rest: string): [string, string][] {
	const found = [...rest.matchAll(/(?<!\w)(\w+)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:\\.|[^\s"'])*)/g)];
	if (found.length > 0 && /^\s*\w+=/.test(rest)) return found.map(([, key = "", value = ""]) => [key, unquoted(value)]);
	const [, key, value = ""] = /^(\w+)\s+(.*)/s.exec(rest.trim()) ?? [];
	return key === undefined ? [] : [[key, unquoted(value)]];
}

/** What Linux hands to a program in one variable or argument, in bytes (execve(2)): variables made of variables soon pass it. */
const longestValue = 131_072;

/** A text with its variables filled in; one that is empty for want of a value, or too long for a value, counts as not known. */
export function substitute(text: string, variables: ReadonlyMap<string, string | null>): string | null {
	let isKnown = text.length <= longestValue;
	let length = text.length;
	const filled = text.replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (_, braced, fallback, plain) => {
		const value: string | undefined = variables.get(braced ?? plain) ?? (variables.has(braced ?? plain) ? undefined : fallback);
		length += value?.length ?? 0;
		if (value === undefined || length > longestValue) isKnown = false;
		return isKnown ? (value ?? "") : "";
	});
	return isKnown ? filled : null;
}

function unquoted(text: string): string {
	return text.trim().replace(/^(["'])(.*)\1$/s, "$2");
}

/** A path of the image below a folder of it, or from its root. */
export function below(folder: string, path: string): string {
	return joinFolder(path.startsWith("/") ? "" : folder, path);
}

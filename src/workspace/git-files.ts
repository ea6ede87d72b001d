import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type GitAnswer, type GitRun, runGit } from "./git-process.ts";

/** What git keeps of one file: in a commit's tree, or in the index. */
export interface TreeEntry {
	/** `100644`, `100755` or `120000`. */
	readonly mode: string;
	/** Object name of its content, in hex. */
	readonly blob: string;
}

/** What git knows of one path. */
export interface KnownFile {
	/** In the commit that HEAD names; null where it is not in it. */
	readonly head: TreeEntry | null;
	/** Staged; null where the index has no such path or only the intent to add it. */
	readonly index: TreeEntry | null;
	/** Its conflict is not resolved yet. */
	readonly unmerged: boolean;
	/** The person told git to take no notice of changes: `assume-unchanged` or `skip-worktree`. */
	readonly leftAlone: boolean;
	/** Neither tracked nor to be: an exclude pattern names it. */
	readonly ignored: boolean;
	/** The repository inside this one (a submodule, say) that it belongs to, relative to the root; null where it is this one's. */
	readonly nested: string | null;
}

/** Contents that are remembered, and the length of the longest of them in bytes. */
const mostRemembered = 200;
const longestRemembered = 200_000;

/** Reads and writes the contents that git keeps in the repository at `root`. */
export class GitFiles {
	constructor(readonly root: string) {}

	/** Rejects with git's words where it fails. */
	async known(paths: readonly string[]): Promise<ReadonlyMap<string, KnownFile>> {
		if (paths.length === 0) return new Map();
		const [heads, staged] = await Promise.all([this.#inHead(paths), this.#inIndex(paths)]);
		this.#digits ??=
			[...heads.values()][0]?.blob.length ?? staged[0]?.fields[2]?.length ?? ((await this.#headCommit()).length || null);
		const emptyBlob = this.nameOf(Buffer.alloc(0));
		const unknown = paths.filter((path) => !heads.has(path) && !staged.some((record) => record.path === path));
		const ignored = unknown.length === 0 ? [] : await this.#ignored(unknown);
		return new Map(
			paths.map((path): [string, KnownFile] => {
				const own = staged.filter((record) => record.path === path);
				const [tag = "", mode = "", blob = "", stage = "0"] = own[0]?.fields ?? [];
				const isEntry = own.length > 0 && stage === "0";
				const inHead = heads.get(path) ?? null;
				// An intent to add stands in the index as an empty file.
				const isIntent = inHead === null && blob === emptyBlob;
				return [
					path,
					{
						head: inHead,
						index: isEntry && !isIntent ? { mode, blob } : null,
						unmerged: own.length > 0 && stage !== "0",
						leftAlone: isEntry && (tag === "S" || tag !== tag.toUpperCase()),
						ignored: ignored.includes(path),
						nested: this.#nestedRepository(path),
					},
				];
			}),
		);
	}

	/** What is staged of some paths; those that are missing have nothing staged, or only the intent to add them. Rejects with git's words. */
	async staged(paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
		if (paths.length === 0) return new Map();
		const entries = new Map<string, TreeEntry>();
		for (const { path, fields } of await this.#inIndex(paths)) {
			const [, mode = "", blob = "", stage] = fields;
			this.#digits ??= blob.length;
			if (stage === "0" && blob !== this.nameOf(Buffer.alloc(0))) entries.set(path, { mode, blob });
		}
		return entries;
	}

	/** The contents of objects by their names. Rejects with git's words where one cannot be had. */
	async read(blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
		const contents = new Map<string, Buffer>();
		const asked = blobs.filter((blob) => {
			const known = this.#contents.get(blob);
			if (known !== undefined) contents.set(blob, known);
			return known === undefined;
		});
		if (asked.length === 0) return contents;
		const output = await this.#must(["cat-file", "--batch"], { input: `${asked.join("\n")}\n` });
		for (let place = 0; place < output.length; ) {
			const lineEnd = output.indexOf(0x0a, place);
			const [name = "", type = "", size = "0"] = output.toString("latin1", place, lineEnd).split(" ");
			if (type !== "blob") throw new Error(`git has no content ${name}`);
			const start = lineEnd + 1;
			const bytes = output.subarray(start, start + Number(size));
			contents.set(name, bytes);
			this.#remember(name, bytes);
			place = start + Number(size) + 1;
		}
		return contents;
	}

	/** The name that git gives to a content: its SHA-1, or SHA-256 in a repository of that kind. */
	nameOf(bytes: Buffer): string {
		const hash = createHash((this.#digits ?? 40) === 64 ? "sha256" : "sha1");
		return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
	}

	/** Keeps bytes as an object and returns its name; no filter touches them. Rejects with git's words. */
	async write(bytes: Buffer): Promise<string> {
		const known = this.nameOf(bytes);
		if (this.#contents.has(known)) return known;
		const name = (await this.#must(["hash-object", "-w", "--stdin"], { input: bytes })).toString("latin1").trim();
		this.#remember(name, bytes);
		return name;
	}

	/**
	 * What git would keep of these bytes of a working file: line endings, encoding and `clean` filters as its attributes and
	 * settings say (gitattributes(5)). Rejects with git's words, where a filter fails for instance.
	 */
	async clean(path: string, bytes: Buffer): Promise<Buffer> {
		if (!(await this.#isConverted(path, bytes))) return bytes;
		const blob = (await this.#must(["hash-object", "-w", "--stdin", "--path", path], { input: bytes })).toString("latin1").trim();
		return (await this.read([blob])).get(blob) ?? bytes;
	}

	/** What git would write to the working tree for a path that a commit names; null where that commit has no such file. */
	async checkedOut(commit: string, path: string): Promise<Buffer | null> {
		const answer = await this.#run(["cat-file", "--filters", `${commit}:${path}`]);
		return answer.status === 0 ? answer.stdout : null;
	}

	/** How long the names of this repository's objects are; null where no answer has shown one yet. */
	#digits: number | null = null;
	/** Small contents that git was seen to have: a name stands for the same bytes for ever. */
	readonly #contents = new Map<string, Buffer>();
	readonly #attributes = new Map<string, Promise<ReadonlyMap<string, string>>>();
	#autocrlf: Promise<boolean> | null = null;

	async #isConverted(path: string, bytes: Buffer): Promise<boolean> {
		const known = this.#attributes.get(path) ?? this.#readAttributes(path);
		this.#attributes.set(path, known);
		const attributes = await known;
		const isSet = (name: string) => !["unspecified", "unset"].includes(attributes.get(name) ?? "unspecified");
		if (isSet("filter") || isSet("working-tree-encoding") || isSet("ident")) return true;
		if (!bytes.includes(0x0d)) return false;
		this.#autocrlf ??= this.#run(["config", "--get", "core.autocrlf"]).then(({ stdout }) =>
			["true", "input"].includes(stdout.toString("latin1").trim().toLowerCase()),
		);
		return isSet("text") || isSet("eol") || isSet("crlf") || (await this.#autocrlf);
	}

	async #readAttributes(path: string): Promise<ReadonlyMap<string, string>> {
		const names = ["text", "eol", "crlf", "filter", "ident", "working-tree-encoding"];
		const fields = (await this.#must(["check-attr", "-z", ...names, "--", path])).toString("utf8").split("\0");
		return new Map(names.map((name, i) => [name, fields[3 * i + 2] ?? "unspecified"]));
	}

	#remember(name: string, bytes: Buffer): void {
		if (this.#contents.size >= mostRemembered) this.#contents.clear();
		if (bytes.length <= longestRemembered) this.#contents.set(name, Buffer.from(bytes));
	}

	async #inHead(paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
		const answer = await this.#run(["ls-tree", "-z", "--full-tree", "HEAD", "--", ...paths]);
		// On a branch without commits there is no HEAD to look into.
		if (answer.status !== 0 && (await this.#headCommit()) !== "") throw new Error(gitWords(answer.stderr));
		return new Map(recordsOf(answer.stdout).map((record) => [record.path, entryOf(record.fields)]));
	}

	async #inIndex(paths: readonly string[]): Promise<readonly PathRecord[]> {
		return recordsOf(await this.#must(["--literal-pathspecs", "ls-files", "-z", "-v", "--stage", "--", ...paths]));
	}

	/** Its name; the empty text on a branch without commits. */
	async #headCommit(): Promise<string> {
		return (await this.#run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).stdout.toString("latin1").trim();
	}

	#nestedRepository(path: string): string | null {
		const folders = path.split("/").slice(0, -1);
		const places = folders.map((_, depth) => folders.slice(0, depth + 1).join("/"));
		return places.findLast((place) => existsSync(join(this.root, place, ".git"))) ?? null;
	}

	async #ignored(paths: readonly string[]): Promise<readonly string[]> {
		const answer = await this.#run(["check-ignore", "-z", "--stdin"], { input: paths.join("\0") });
		return answer.stdout.toString("utf8").split("\0").filter(Boolean);
	}

	#run(command: readonly string[], run: GitRun = {}): Promise<GitAnswer> {
		return runGit(this.root, command, run);
	}

	async #must(command: readonly string[], run: GitRun = {}): Promise<Buffer> {
		const answer = await this.#run(command, run);
		if (answer.status !== 0) throw new Error(gitWords(answer.stderr));
		return answer.stdout;
	}
}

/** What git said, without its own prefixes, in at most a few lines. */
export function gitWords(stderr: string): string {
	const said = stderr
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("hint:"))
		.map((line) => line.replace(/^(fatal|error): /, ""));
	return said.slice(0, 6).join("; ") || "git gave no reason";
}

interface PathRecord {
	readonly fields: readonly string[];
	readonly path: string;
}

/** Records of `ls-tree -z` and `ls-files -z --stage`: fields, a tab, the path. */
function recordsOf(output: Buffer): readonly PathRecord[] {
	return output
		.toString("utf8")
		.split("\0")
		.filter(Boolean)
		.map((record) => {
			const tab = record.indexOf("\t");
			return { fields: record.slice(0, tab).split(" "), path: record.slice(tab + 1) };
		});
}

/** Of `ls-tree`: mode, type, name. */
function entryOf([mode = "", , blob = ""]: readonly string[]): TreeEntry {
	return { mode, blob };
}

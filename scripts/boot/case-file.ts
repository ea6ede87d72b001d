/** A request that a proof sends once the server answers; `status` is what a sound backend replies. */
export interface ProbeRequest {
	readonly method: string;
	readonly path: string;
	/** JSON text, or null for none. */
	readonly body: string | null;
	readonly status: number;
	/** Text that the answer's body must contain; `""` for any. */
	readonly contains: string;
}

/** A tiny backend in one text file, with how to start it. `fixtures/README.md` describes the format. */
export interface BootCase {
	/** Folder and file below `fixtures`, without extension: `rules/unknown-import-symbol/moved-async-engine`. */
	readonly name: string;
	/** `fault`: it does not come up, or requests fail. `decoy`: it looks like a fault and is none. */
	readonly kind: "fault" | "decoy";
	/** What the case is about, for the person who reads a miss. */
	readonly about: string;
	/** The package pool (`fixtures/pools/<pool>.txt`) that its virtual environment is drawn from. */
	readonly pool: string;
	readonly target: string;
	/** The server's working directory, relative to the case's root; `""` is the root. */
	readonly workingDirectory: string;
	/** The file whose requirements are installed, relative to the root; null where the case has none. */
	readonly manifest: string | null;
	/** The Dockerfile, relative to the root, whose commands a clean installation really runs; null where the manifest alone counts. */
	readonly image: string | null;
	/** Distributions installed on this machine although not declared. */
	readonly alsoInstalled: readonly string[];
	/** Distributions not installed on this machine although declared. */
	readonly notInstalled: readonly string[];
	/** Variables of the server's process; `{postgres}` stands for user, host and port of a throw-away PostgreSQL. */
	readonly environment: Readonly<Record<string, string>>;
	readonly requests: readonly ProbeRequest[];
	/** Path → content. */
	readonly files: ReadonlyMap<string, Buffer>;
}

/** A case file that breaks the format; the message names the file and the line. */
export class CaseFileError extends Error {}

const sectionHead = /^#- (\S+)(?: (base64|escaped))?$/;

/** Reads one `.case` file. Throws {@link CaseFileError}. */
export function parseCase(name: string, text: string): BootCase {
	const lines = text.split("\n");
	const firstSection = lines.findIndex((line) => sectionHead.test(line));
	if (firstSection < 0) throw new CaseFileError(`${name}: no section (a line such as "#- src/main.py")`);
	const header = parseHeader(name, lines.slice(0, firstSection));
	const files = parseSections(name, lines.slice(firstSection));
	const workingDirectory = header.one("cwd") ?? "";
	const installed = (header.one("installed") ?? "").split(/\s+/).filter((word) => word !== "");
	return {
		name,
		kind: name.startsWith("decoys/") ? "decoy" : "fault",
		about: header.one("about") ?? "",
		pool: header.one("pool") ?? "2026",
		target: header.one("target") ?? "src.main:app",
		workingDirectory,
		manifest: header.one("manifest") ?? findManifest(files, workingDirectory),
		image: header.one("image") ?? null,
		alsoInstalled: installed.filter((word) => word.startsWith("+")).map((word) => word.slice(1)),
		notInstalled: installed.filter((word) => word.startsWith("-")).map((word) => word.slice(1)),
		environment: Object.fromEntries(header.all("env").map((entry) => splitOnce(entry, "="))),
		requests: header.all("request").map((request) => parseRequest(name, request)),
		files,
	};
}

interface Header {
	one(key: string): string | undefined;
	all(key: string): readonly string[];
}

const headerKeys = new Set(["about", "pool", "target", "cwd", "manifest", "image", "installed", "env", "request"]);

function parseHeader(name: string, lines: readonly string[]): Header {
	const entries: [string, string][] = [];
	for (const [index, line] of lines.entries()) {
		if (line.trim() === "") continue;
		const [key, value] = splitOnce(line, ":");
		if (!headerKeys.has(key)) throw new CaseFileError(`${name}:${index + 1}: unknown header "${key}"`);
		entries.push([key, value.trim()]);
	}
	return {
		one: (key) => entries.find(([entryKey]) => entryKey === key)?.[1],
		all: (key) => entries.filter(([entryKey]) => entryKey === key).map(([, value]) => value),
	};
}

function parseSections(name: string, lines: readonly string[]): Map<string, Buffer> {
	const files = new Map<string, Buffer>();
	let path = "";
	let encoding: string | undefined;
	let content: string[] = [];
	const close = () => {
		if (path === "") return;
		if (files.has(path)) throw new CaseFileError(`${name}: section ${path} stands twice`);
		files.set(path, decodeSection(content, encoding));
	};
	for (const line of lines) {
		const head = sectionHead.exec(line);
		if (head === null) {
			content.push(line);
			continue;
		}
		close();
		path = head[1] ?? "";
		encoding = head[2];
		content = [];
	}
	close();
	return files;
}

/** A section ends at its last line that is not blank; `escaped` is a JSON string a line, for bytes that an editor would spoil. */
function decodeSection(lines: readonly string[], encoding: string | undefined): Buffer {
	const text = lines.join("\n").trimEnd();
	if (encoding === "base64") return Buffer.from(text, "base64");
	if (encoding === "escaped") {
		const decoded = text
			.split("\n")
			.map((line) => JSON.parse(line) as string)
			.join("");
		return Buffer.from(decoded, "latin1");
	}
	return Buffer.from(text === "" ? "" : `${text}\n`);
}

function findManifest(files: ReadonlyMap<string, Buffer>, workingDirectory: string): string | null {
	const folders = workingDirectory === "" ? [""] : [`${workingDirectory}/`, ""];
	for (const folder of folders) {
		for (const file of ["requirements.txt", "pyproject.toml"]) {
			if (files.has(folder + file)) return folder + file;
		}
	}
	return null;
}

function parseRequest(name: string, text: string): ProbeRequest {
	const match = /^([A-Z]+) (\S+)(?: (.+?))? => (\d{3})(?: (.+))?$/.exec(text);
	if (match === null) throw new CaseFileError(`${name}: a request reads "GET /items => 200", not "${text}"`);
	return {
		method: match[1] ?? "",
		path: match[2] ?? "",
		body: match[3] ?? null,
		status: Number(match[4]),
		contains: match[5] ?? "",
	};
}

function splitOnce(text: string, separator: string): [string, string] {
	const at = text.indexOf(separator);
	return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** How far a server came. `request`: it came up, and a request failed inside it. */
export type BootStage = "import" | "startup" | "request" | "boots";

/** What a real boot showed. Paths in it are relative to the project, or begin with `<site-packages>` or `<stdlib>`. */
export interface Outcome {
	readonly stage: BootStage;
	/** The line that Python printed last of all (`ModuleNotFoundError: No module named 'app'`), or what happened in words; null when it boots. */
	readonly error: string | null;
	/** Further lines of the error's message, as pydantic writes them. */
	readonly detail: readonly string[];
	/** Innermost place of the project in the traceback, `src/main.py:12`, or null. */
	readonly at: string | null;
	/** True where even a path that does not exist is answered by an internal error. */
	readonly everyRequestFails: boolean;
}

/** Folders that stand for something else in an error line, longest first. */
export type PathNames = readonly (readonly [folder: string, name: string])[];

/** The last exception in a server's output: its line, the rest of its message, and the innermost place below the project's folder. */
export function readException(output: string, names: PathNames): Pick<Outcome, "error" | "detail" | "at"> {
	// Exception groups draw a margin of "|" and "+" around the tracebacks they hold.
	const lines = output.split("\n").map((line) => line.replace(/^\s*[|+][|+\- \d]*(?=\s|$) ?/, ""));
	const start = lines.findLastIndex((line) => /Traceback \(most recent call last\):$/.test(line));
	if (start < 0) return { error: lastWords(lines, names), detail: [], at: null };
	const end = lines.findIndex((line, index) => index > start && /^[A-Za-z_][\w.]*(:|$)/.test(line));
	const frames = lines.slice(start, end < 0 ? undefined : end);
	return {
		error: end < 0 ? lastWords(lines, names) : renamePaths(lines[end] ?? "", names).trimEnd(),
		detail: end < 0 ? [] : readDetail(lines.slice(end + 1), names),
		at: findPlace(frames, names),
	};
}

function readDetail(lines: readonly string[], names: PathNames): string[] {
	const detail: string[] = [];
	for (const line of lines) {
		if (line.trim() === "" || /^(ERROR|INFO|WARNING|CRITICAL|Traceback)\b/.test(line)) break;
		if (!line.includes("For further information visit")) detail.push(renamePaths(line, names).trimEnd());
	}
	return detail.slice(0, 6);
}

/** Without a traceback (uvicorn's own words, `sys.exit("…")`), the last line said. */
function lastWords(lines: readonly string[], names: PathNames): string | null {
	const said = lines.filter((line) => line.trim() !== "" && !/^INFO\b/.test(line));
	const line = said.findLast((text) => text.startsWith("ERROR:")) ?? said.at(-1);
	return line === undefined ? null : renamePaths(line.replace(/^[A-Z]+:\s+/, ""), names).trimEnd();
}

function findPlace(frames: readonly string[], names: PathNames): string | null {
	for (const frame of [...frames].reverse()) {
		const match = /^\s*File "([^"]+)", line (\d+)/.exec(frame);
		if (match === null) continue;
		const path = match[1] ?? "";
		const root = names.find(([folder, name]) => name === "" && path.startsWith(`${folder}/`));
		if (root !== undefined) return `${path.slice(root[0].length + 1)}:${match[2]}`;
	}
	return null;
}

function renamePaths(text: string, names: PathNames): string {
	let renamed = text;
	for (const [folder, name] of names) renamed = renamed.replaceAll(name === "" ? `${folder}/` : folder, name);
	// Addresses differ from boot to boot; pydantic writes the identity of a class in decimal.
	return renamed.replace(/\b0x[0-9a-f]{6,}\b/g, "0x…").replace(/:\d{12,}\b/g, ":…");
}

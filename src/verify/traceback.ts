import type { Frame } from "./boot-report.ts";

/** Folders that stand for something else in what is shown, longest first; the project's own has the name `""`. */
export type PathNames = readonly (readonly [folder: string, name: string])[];

/** An exception read from text. */
export interface ReadException {
	/** Its last line as Python prints it, with paths renamed; null where the text has no exception. */
	readonly error: string | null;
	/** Further lines of its message. */
	readonly detail: readonly string[];
	/** Frames of the exception that was raised last, then those of the exceptions it came from; innermost last in each. */
	readonly frames: readonly Frame[];
	/** The innermost frame of the project, or null. */
	readonly at: Frame | null;
}

/**
 * The last exception in a text. Chained exceptions ("During handling of the above exception…") count as what was raised last,
 * an exception group as the last exception in it. Where the last one never passed through the project, the place is that of
 * the exception it came from.
 */
export function readException(text: string, names: PathNames): ReadException {
	// Exception groups draw a margin of "|" and "+" around the tracebacks they hold.
	const lines = plainText(text)
		.split("\n")
		.map((line) => line.replace(/^\s*[|+][|+\- \d]*(?=\s|$) ?/, ""));
	const start = lines.findLastIndex((line) => tracebackHead.test(line));
	if (start < 0) return { error: null, detail: [], frames: [], at: null };
	const end = findErrorLine(lines, start);
	const frames = readFrames(lines.slice(start, end < 0 ? undefined : end), names);
	const causes = earlierParts(lines, start).map((part) => readFrames(part, names));
	return {
		error: end < 0 ? null : renamePaths(lines[end] ?? "", names).trimEnd(),
		detail: end < 0 ? [] : readDetail(lines.slice(end + 1), names),
		frames: [...causes.reverse().flat(), ...frames],
		at: frames.findLast((frame) => frame.ofProject) ?? firstPlace(causes),
	};
}

const tracebackHead = /Traceback \(most recent call last\):$/;
const chained =
	/^(During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):$/;

function findErrorLine(lines: readonly string[], start: number): number {
	return lines.findIndex((line, index) => index > start && /^[A-Za-z_][\w.]*(:|$)/.test(line));
}

/** The tracebacks that a chain leads back to, nearest first. */
function earlierParts(lines: readonly string[], start: number): string[][] {
	const parts: string[][] = [];
	let end = start;
	for (;;) {
		const link = lines.slice(0, end).findLastIndex((line) => line.trim() !== "");
		if (link < 0 || !chained.test(lines[link]?.trim() ?? "")) return parts;
		const head = lines.slice(0, link).findLastIndex((line) => tracebackHead.test(line));
		if (head < 0) return parts;
		const error = findErrorLine(lines.slice(0, link), head);
		parts.push(lines.slice(head, error < 0 ? link : error));
		end = head;
	}
}

function firstPlace(causes: readonly (readonly Frame[])[]): Frame | null {
	for (const frames of causes) {
		const place = frames.findLast((frame) => frame.ofProject);
		if (place !== undefined) return place;
	}
	return null;
}

/** `  File "src/main.py", line 12, in <module>`; the last line of a SyntaxError has no name. */
function readFrames(lines: readonly string[], names: PathNames): Frame[] {
	return lines.flatMap((line) => {
		const match = /^\s*File "([^"]+)", line (\d+)(?:, in (.*))?$/.exec(line);
		return match === null ? [] : [frameAt(match[1] ?? "", Number(match[2]), match[3] ?? "", names)];
	});
}

/** A frame with its path as it is shown. */
export function frameAt(file: string, line: number, name: string, names: PathNames): Frame {
	// An entry of sys.path such as "./" stays in the names of the files that it leads to.
	const path = file.replaceAll("/./", "/");
	for (const [folder, shown] of names) {
		if (!path.startsWith(`${folder}/`)) continue;
		const rest = path.slice(folder.length + 1);
		return { path: shown === "" ? rest : `${shown}/${rest}`, line, name, ofProject: shown === "" };
	}
	return { path, line, name, ofProject: false };
}

function readDetail(lines: readonly string[], names: PathNames): string[] {
	const detail: string[] = [];
	for (const line of lines) {
		if (line.trim() === "" || /^(ERROR|INFO|WARNING|CRITICAL|Traceback)\b/.test(line)) break;
		if (!line.includes("For further information visit")) detail.push(renamePaths(line, names).trimEnd());
	}
	return detail.slice(0, 40);
}

/** What a program said last that is no exception: uvicorn's own words, `sys.exit("…")`; null where it said nothing. */
export function readLastWords(text: string, names: PathNames): string | null {
	const said = plainText(text)
		.split("\n")
		.filter((line) => line.trim() !== "" && !/^INFO\b/.test(line));
	const line = said.findLast((each) => each.startsWith("ERROR:")) ?? said.at(-1);
	return line === undefined ? null : renamePaths(line.replace(/^[A-Z]+:\s+/, ""), names).trimEnd();
}

/** The stack of the thread that matters in what faulthandler wrote (https://docs.python.org/3/library/faulthandler.html), innermost last. */
export function readFaultStack(text: string, names: PathNames): readonly Frame[] {
	const dumps = text.split(/^(?:Current thread|Thread) 0x[0-9a-f].*/m).slice(1);
	const stacks = dumps.map((dump) =>
		dump
			.split("\n")
			.flatMap((line) => {
				const match = /^\s*File "([^"]+)", line (\d+) in (.*)$/.exec(line);
				return match === null ? [] : [frameAt(match[1] ?? "", Number(match[2]), match[3] ?? "", names)];
			})
			.reverse(),
	);
	return stacks.findLast((stack) => stack.some((frame) => frame.ofProject)) ?? stacks.at(-1) ?? [];
}

/** The words of a fatal signal: `Fatal Python error: Segmentation fault`; null where there is none. */
export function readFatalError(text: string): string | null {
	return /^Fatal Python error: .+$/m.exec(text)?.[0] ?? null;
}

/** The text with folders of this machine renamed, and without what differs from boot to boot. */
function renamePaths(text: string, names: PathNames): string {
	let renamed = text;
	for (const [folder, name] of names) renamed = renamed.replaceAll(name === "" ? `${folder}/` : folder, name);
	// Addresses differ from boot to boot; pydantic writes the identity of a class in decimal.
	return renamed.replace(/\b0x[0-9a-f]{6,}\b/g, "0x…").replace(/:\d{12,}\b/g, ":…");
}

/** Without colours (ECMA-48 sequences), which some tools write even to a file. */
export function plainText(text: string): string {
	return text.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, "").replace(/\r\n?/g, "\n");
}

import type { Call } from "./imports/trace.ts";
import type { Value } from "./imports/values.ts";
import { makes, pathText } from "./path-values.ts";

/** A folder without which a call of start-up fails. */
export interface NeededFolder {
	/** `outer-folder`: what is made lies in it. */
	readonly kind: "listed-folder" | "outer-folder";
	/** What the call was given, which Python prints. */
	readonly given: string;
	readonly folder: string;
	/** True where Python prints the absolute path, as logging does. */
	readonly isAbsolute: boolean;
	/** The line that Python prints, where it is not the usual one. */
	readonly error?: string;
}

/** The folders that a call lists, or in which it makes a file or a folder. */
export function* neededFolder(call: Call): Generator<NeededFolder> {
	const { callee, args, keywords, open } = call;
	if (open) return;
	if (callee.kind === "external") {
		const { canonical } = callee;
		if (/^(os|posix)\.(listdir|scandir)$/.test(canonical)) yield* listed(args[0] ?? keywords.get("path"));
		else if (/^(os|posix)\.mkdir$/.test(canonical)) yield* around(args[0] ?? keywords.get("path"), false);
		else if (/^(builtins|io|_io)\.open$/.test(canonical) && makes(args[1] ?? keywords.get("mode")))
			yield* around(args[0] ?? keywords.get("file"), false);
		else if (fileHandlers.test(canonical)) {
			if (!isDelayed(keywords.get("delay"))) yield* around(args[0] ?? keywords.get("filename"), true);
		} else if (canonical === "logging.basicConfig") yield* around(keywords.get("filename"), true);
		else if (canonical === "logging.config.dictConfig") yield* ofConfiguration(args[0] ?? keywords.get("config"));
	} else if (callee.kind === "bound-method" && callee.receiver.kind === "instance") {
		if (callee.name === "iterdir") yield* listed(callee.receiver);
		const parents = args[1] ?? keywords.get("parents");
		const makesOne =
			callee.name === "mkdir" && (parents === undefined || (parents.kind === "constant" && parents.value === false));
		const makesFile = /^(touch|write_text|write_bytes)$/.test(callee.name) || (callee.name === "open" && makes(args[0]));
		if (makesOne || makesFile) yield* around(callee.receiver, false);
	}
}

/** Handlers that open their file when they are made, unless `delay` is set. */
const fileHandlers = /^logging\.(handlers\.)?(File|RotatingFile|TimedRotatingFile|WatchedFile)Handler$/;

function isDelayed(delay: Value | undefined): boolean {
	return delay !== undefined && !(delay.kind === "constant" && delay.value === false);
}

function* listed(value: Value | undefined): Generator<NeededFolder> {
	const given = value === undefined ? null : pathText(value);
	if (given !== null && given !== "") yield { kind: "listed-folder", given, folder: given, isAbsolute: false };
}

function* around(value: Value | undefined, isAbsolute: boolean): Generator<NeededFolder> {
	const given = value === undefined ? null : pathText(value)?.replace(/(?<!\/)\/+$/, "");
	const slash = given?.lastIndexOf("/") ?? -1;
	if (given == null || slash <= 0) return;
	yield { kind: "outer-folder", given, folder: given.slice(0, slash), isAbsolute };
}

/** The files of the handlers in a `dictConfig`. */
function* ofConfiguration(config: Value | undefined): Generator<NeededFolder> {
	const handlers = config?.kind === "dict" && config.complete ? config.entries.get("handlers") : undefined;
	if (handlers?.kind !== "dict") return;
	for (const [key, handler] of handlers.entries) {
		if (handler.kind !== "dict" || isDelayed(handler.entries.get("delay"))) continue;
		const name = handler.entries.get("class");
		if (name?.kind === "constant" && typeof name.value === "string" && fileHandlers.test(name.value))
			for (const needed of around(handler.entries.get("filename"), true))
				yield { ...needed, error: `ValueError: Unable to configure handler '${key}'` };
	}
}

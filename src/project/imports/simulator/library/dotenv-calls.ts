import type * as ast from "../../../../python/ast.ts";
import { unknown, type Value } from "../../values.ts";
import { constant } from "../external.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";
import { dotenvDict } from "./dotenv-dicts.ts";
import type { LibraryCall } from "./library-call.ts";
import { dirname, findUpwards, relativePath } from "./paths.ts";
import { failOnWideDotenv } from "./wide-dotenv.ts";

/** What python-dotenv's functions give, and do to the environment. Null for all other calls. */
export function dotenvCall({ machine, frame, canonical, args, node }: LibraryCall): Value | null {
	switch (canonical) {
		case "dotenv.main.load_dotenv":
		case "dotenv.load_dotenv":
		case "environs.Env.read_env":
		case "environs.env.Env.read_env":
			return loadDotenv(machine, frame, args, node);
		case "dotenv.main.dotenv_values":
		case "dotenv.dotenv_values":
			return dotenvValues(machine, frame, args, node);
		case "dotenv.main.find_dotenv":
		case "dotenv.find_dotenv":
			return foundDotenv(machine, frame, args);
		default:
			return null;
	}
}

/** `load_dotenv()` finds `.env` beside the calling file or in a folder above it; values already set win unless `override`. */
function loadDotenv(machine: Machine, frame: Frame, args: CallArguments, node: ast.Node): Value {
	const given = args.args[0] ?? args.keywords.get("dotenv_path");
	const override = args.keywords.get("override");
	const overrides = override?.kind === "constant" && override.value === true;
	const isFound = given === undefined || (given.kind === "constant" && (given.value === null || given.value === ""));
	const path = isFound ? findUpwards(machine, dirname(frame.module.path), [".env"]) : relativePath(machine, given);
	if (path === undefined || args.open || machine.uncertain > 0) {
		machine.environDynamic = true;
		return unknown;
	}
	if (!args.keywords.has("encoding")) failOnWideDotenv(machine, frame, node, [path]);
	const values = path === null ? null : machine.dotenvValues(path);
	for (const [key, value] of values ?? []) if (overrides || !machine.environ.has(key)) machine.environ.set(key, value);
	return constant(values !== null);
}

/** `dotenv_values()` reads the file that it is given, or the one that `load_dotenv()` would find. */
function dotenvValues(machine: Machine, frame: Frame, { args, keywords, open }: CallArguments, node: ast.Node): Value {
	const given = args[0] ?? keywords.get("dotenv_path");
	const isFound = given === undefined || (given.kind === "constant" && (given.value === null || given.value === ""));
	const path = isFound ? findUpwards(machine, dirname(frame.module.path), [".env"]) : relativePath(machine, given);
	const isPlain = !open && args.length < 2 && [...keywords.keys()].every((name) => /^(dotenv_path|encoding|verbose)$/.test(name));
	// A file outside the repository cannot be seen.
	const isSeen = path !== undefined && (path !== null || isFound);
	if (isPlain && !keywords.has("encoding")) failOnWideDotenv(machine, frame, node, [path]);
	return isPlain && isSeen ? dotenvDict(machine, path) : unknown;
}

/** `find_dotenv()`: the path of the file that it finds beside the calling file, or from the working directory upwards; `""` for none. */
function foundDotenv(machine: Machine, frame: Frame, args: CallArguments): Value {
	const [name = constant(".env")] = [args.keywords.get("filename") ?? args.args[0]].filter((each) => each !== undefined);
	const usesFolder = args.keywords.get("usecwd") ?? args.args[2];
	const isPlain = usesFolder === undefined || usesFolder.kind === "constant";
	if (name.kind !== "constant" || typeof name.value !== "string" || name.value.includes("/") || !isPlain || args.open)
		return unknown;
	const fromFolder = usesFolder?.kind === "constant" && usesFolder.value === true;
	const start = fromFolder ? relativePath(machine, constant(machine.workingDirectory)) : dirname(frame.module.path);
	if (typeof start !== "string") return unknown;
	const path = findUpwards(machine, start, [name.value]);
	return path === null ? constant("") : constant(`${machine.root}/${path}`);
}

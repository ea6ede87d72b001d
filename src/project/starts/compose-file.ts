import { isMapping, readYaml, type YamlMapping, type YamlValue } from "./compose-yaml.ts";
import { joinFolder } from "./folders.ts";

/** A service of a compose file, as far as it says how a server is started. */
export interface ComposeService {
	readonly name: string;
	/** Where it is written. */
	readonly start: number;
	readonly end: number;
	/** Its Dockerfile and build context, relative to the root; null where it takes a finished image. */
	readonly build: { readonly context: string; readonly dockerfile: string; readonly stage: string | null } | null;
	/** The finished image that it takes, as written; null where it names none. */
	readonly image: string | null;
	/** Files that its variables come from, relative to the root. */
	readonly envFiles: readonly string[];
	/** The command in the image's place, words joined; null where the image's own runs. */
	readonly command: string | null;
	readonly workingDirectory: string | null;
	/** Folders of the repository laid over the image: the place in it, absolute, and the folder or file. */
	readonly mounts: readonly { readonly place: string; readonly source: string }[];
	/** Variables with their values; null for those that come from outside. */
	readonly variables: ReadonlyMap<string, string | null>;
}

/** The services of a compose file in a folder of the repository (https://docs.docker.com/reference/compose-file/services/). */
export function readServices(text: string, folder: string): ComposeService[] {
	const document = readYaml(text);
	const services = isMapping(document) ? document.entries.get("services") : undefined;
	if (!isMapping(services)) return [];
	return [...services.entries].flatMap(([name, service]) => {
		const place = services.places.get(name);
		return isMapping(service) && place !== undefined ? [{ name, ...place, ...readService(service, folder) }] : [];
	});
}

function readService({ entries }: YamlMapping, folder: string): Omit<ComposeService, "name" | "start" | "end"> {
	const words = [...listOf(entries.get("entrypoint")), ...listOf(entries.get("command"))];
	return {
		build: readBuild(entries.get("build"), folder),
		image: textOf(entries.get("image")),
		envFiles: envFilesOf(entries.get("env_file")).map((path) => joinFolder(folder, path)),
		command: words.length === 0 ? null : words.join(" "),
		workingDirectory: textOf(entries.get("working_dir")),
		mounts: listOf(entries.get("volumes"), true).flatMap((each) => {
			const [, source, place] = /^(\.{1,2}(?:\/[^:]*)?):(\/[^:]*)/.exec(each) ?? [];
			return source === undefined || place === undefined ? [] : [{ source: joinFolder(folder, source), place }];
		}),
		variables: readVariables(entries.get("environment")),
	};
}

/** One path, a list of paths, or a list of mappings with a path each. */
function envFilesOf(value: YamlValue | undefined): string[] {
	const texts = listOf(value);
	const mappings = Array.isArray(value) ? (value as readonly YamlValue[]).filter(isMapping) : [];
	return [...texts, ...mappings.flatMap(({ entries }) => textOf(entries.get("path")) ?? [])];
}

function readBuild(build: YamlValue | undefined, folder: string): ComposeService["build"] {
	if (typeof build === "string" && build !== "") return buildAt(joinFolder(folder, build), "Dockerfile", null);
	if (!isMapping(build)) return null;
	const { entries } = build;
	const context = joinFolder(folder, textOf(entries.get("context")) ?? ".");
	return buildAt(context, textOf(entries.get("dockerfile")) ?? "Dockerfile", textOf(entries.get("target")));
}

function buildAt(context: string, dockerfile: string, stage: string | null): ComposeService["build"] {
	return { context, dockerfile: joinFolder(context, dockerfile), stage };
}

function readVariables(environment: YamlValue | undefined): Map<string, string | null> {
	if (isMapping(environment))
		return new Map([...environment.entries].map(([key, value]) => [key, known(typeof value === "string" ? value : null)]));
	return new Map(
		listOf(environment).map((each) => {
			const at = each.indexOf("=");
			return at < 0 ? [each, null] : [each.slice(0, at), known(each.slice(at + 1))];
		}),
	);
}

/** A value that compose fills in from elsewhere is not known; so is that of a key without one. */
function known(value: string | null): string | null {
	return value === null || value === "" || value.includes("$") ? null : value;
}

function textOf(value: YamlValue | undefined): string | null {
	return typeof value === "string" && value !== "" && !value.includes("$") ? value : null;
}

/** The texts of a list, or a text by itself. Volumes may also be mappings with source and target. */
function listOf(value: YamlValue | undefined, withMappings = false): string[] {
	if (typeof value === "string") return value === "" ? [] : [value];
	if (!Array.isArray(value)) return [];
	return (value as readonly YamlValue[]).flatMap((each) => {
		if (typeof each === "string") return [each];
		if (!withMappings || !isMapping(each)) return [];
		const source = textOf(each.entries.get("source"));
		const target = textOf(each.entries.get("target"));
		return source === null || target === null ? [] : [`${source}:${target}`];
	});
}

import { parentOf } from "../imports/resolver.ts";
import type { SourceTree } from "../project.ts";
import { parseDotenv } from "../settings/dotenv.ts";
import { type ComposeService, readServices } from "./compose-file.ts";
import { readImage } from "./container-image.ts";
import { composeName } from "./list-starts.ts";

/** A service that the repository builds itself, and the variables that it starts with. */
interface GivenVariables {
	/** Path of the compose file. */
	readonly path: string;
	readonly service: string;
	readonly names: ReadonlySet<string>;
}

const known = new WeakMap<SourceTree, readonly GivenVariables[]>();

/** A sentence on the services of compose files that give the server these variables; null where none does. */
export function givenByServices(files: SourceTree, names: readonly string[]): string | null {
	let services = known.get(files);
	if (services === undefined) {
		services = readGivenVariables(files);
		known.set(files, services);
	}
	const [best] = services
		.map((service) => ({ ...service, given: names.filter((name) => service.names.has(name)) }))
		.filter(({ given }) => given.length > 0)
		.sort((one, other) => other.given.length - one.given.length);
	if (best === undefined) return null;
	const given = best.given.length === names.length ? (names.length === 1 ? "it" : "them") : best.given.join(" and ");
	return `The service ${best.service} of ${best.path} is given ${given}; a server that is started by itself is not.`;
}

function readGivenVariables(files: SourceTree): GivenVariables[] {
	return [...files].flatMap(([path, { text }]) => {
		if (!composeName.test(path)) return [];
		const own = readServices(text, parentOf(path)).filter(({ build }) => build !== null);
		return own.map((service) => ({ path, service: service.name, names: namesOf(files, service) }));
	});
}

/** `environment:`, what stands in the files of `env_file:`, and the image's ENV. */
function namesOf(files: SourceTree, { build, variables, envFiles }: ComposeService): ReadonlySet<string> {
	const image = build === null ? null : readImage(files, { path: build.dockerfile, context: build.context, stage: build.stage });
	const written = envFiles.flatMap((file) => parseDotenv(files.get(file)?.text ?? "").entries.map(({ key }) => key));
	return new Set([...(image?.variables.keys() ?? []), ...variables.keys(), ...written]);
}

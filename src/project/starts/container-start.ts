import { parentOf } from "../imports/resolver.ts";
import type { SourceTree } from "../project.ts";
import { parseDotenv } from "../settings/dotenv.ts";
import { placeOfCommand } from "./command-place.ts";
import type { ComposeService } from "./compose-file.ts";
import { below, type ContainerImage, readImage } from "./container-image.ts";
import { importFolderIn, mountedImage, repositoryPlace } from "./image-folders.ts";
import type { Start } from "./start.ts";
import type { StartCommand } from "./start-commands.ts";

/** A service with the compose file that it stands in. */
export interface WrittenService {
	/** The compose file. */
	readonly path: string;
	readonly service: ComposeService;
}

/** A command that a service runs, in the image that it builds or takes. */
export function inService(files: SourceTree, command: StartCommand, { path, service }: WrittenService, line: number): Start {
	const { build, mounts, name, envFiles } = service;
	const built = build === null ? null : readImage(files, { path: build.dockerfile, context: build.context, stage: build.stage });
	// A Python image holds what it is given, if it is given anything; what else lies in a finished one, or comes from a base file, is not seen.
	const isSeen = built !== null || (build === null && mounts.length > 0 && /(^|\/)python:/.test(service.image ?? ""));
	const image = isSeen ? mountedImage(files, built, mounts) : null;
	const given = envFiles.flatMap((file) =>
		parseDotenv(files.get(file)?.text ?? "").entries.map(({ key }): [string, null] => [key, null]),
	);
	return inContainer(command, { path, line, service: name, dockerfile: build?.dockerfile ?? null }, image, {
		...service,
		variables: new Map([...given, ...service.variables]),
	});
}

/** What compose sets over the image. */
type Overrides = Pick<ComposeService, "workingDirectory" | "variables">;
export const noOverrides: Overrides = { workingDirectory: null, variables: new Map() };

/** A command that runs in an image; null for an image that is not seen. */
export function inContainer(
	command: StartCommand,
	written: Pick<Start, "path" | "line" | "service" | "dockerfile">,
	image: ContainerImage | null,
	overrides: Overrides,
): Start {
	const variables = new Map([...(image?.variables ?? []), ...overrides.variables]);
	const base = { command, ...written, image, variables };
	// Without a folder of its own a container's process starts at the image's root.
	const fallback = [parentOf(command.path)];
	if (image === null || variables.get("PYTHONPATH") === null)
		return { ...base, place: null, origin: null, folders: fallback, isCertain: false };
	const folder =
		overrides.workingDirectory === null ? image.workingDirectory : below(image.workingDirectory, overrides.workingDirectory);
	const around = { workingDirectory: folder, pythonPath: variables.get("PYTHONPATH") ?? null };
	const place = placeOfCommand(command, around, importFolderIn(image, command));
	const { origin, folders, isWhole } = repositoryPlace(image, place, command.target.module);
	const isCertain = isWhole && image.isComplete;
	return { ...base, place, origin, folders: isCertain ? folders : [...folders, ...fallback], isCertain };
}

/** The build context that a compose file gives a Dockerfile; null where none does. */
export function contextOf(services: readonly WrittenService[], dockerfile: string): string | null {
	return services.find(({ service }) => service.build?.dockerfile === dockerfile)?.service.build?.context ?? null;
}

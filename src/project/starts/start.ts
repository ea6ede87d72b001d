import type { StartPlace } from "../project.ts";
import type { ContainerImage } from "./container-image.ts";
import type { StartCommand } from "./start-commands.ts";

/** One way in which the repository starts a server. */
export interface Start {
	readonly command: StartCommand;
	readonly path: string;
	readonly line: number;
	/** The service of a compose file; null elsewhere. */
	readonly service: string | null;
	/** The files that the process sees where it runs in a container; null where it sees the repository's own. */
	readonly image: ContainerImage | null;
	/** The Dockerfile that says what is installed; null where none does. */
	readonly dockerfile: string | null;
	/** Where it runs, among the files that it sees; null where that cannot be told. */
	readonly place: StartPlace | null;
	/** The repository's folders that stand for its place; null where it has none, or they are not known. */
	readonly origin: StartPlace | null;
	/** The repository's folders in which the module may be looked for, the likeliest first. */
	readonly folders: readonly string[];
	/** Is it certain that these are all? A script may be called from anywhere. */
	readonly isCertain: boolean;
	/** What is set around it; null for a value that comes from elsewhere. */
	readonly variables: ReadonlyMap<string, string | null>;
}

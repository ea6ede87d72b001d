import type { TextRange } from "../../text/range.ts";
import type { InstalledGroups } from "./install-commands.ts";
import type { Installer } from "./installer.ts";
import type { LockFile } from "./lock-files.ts";

/** `install-command`: the packages that a Dockerfile or its like names behind `pip install`. */
export type ManifestKind = "requirements" | "pyproject" | "pipfile" | "setup-cfg" | "setup-py" | "conda" | "install-command";

/** How a requirement is written: one PEP 508 string, a key with a version or table (poetry, Pipfile), or a word of a shell command, or a package of conda. */
export type RequirementNotation = "pep508" | "poetry" | "pipfile" | "command" | "conda";

/** One requirement as a manifest states it. */
export interface Requirement {
	/** As written: `psycopg2-binary`. `""` for a path or address whose name only an installation would tell. */
	readonly name: string;
	/** PEP 503 normalised. */
	readonly normalized: string;
	readonly extras: readonly string[];
	/** PEP 440 specifier set as written, `>=2.9.9` or `""`. Poetry's carets are translated; a union (`||`) gives `""`. */
	readonly specifier: string;
	/** PEP 508 marker text or null. */
	readonly marker: string | null;
	/** URL or path of a direct reference, or null. */
	readonly url: string | null;
	/** The file it stands in (an included `-r` file differs from its manifest's). */
	readonly path: string;
	/** Covers the requirement itself, without its quotes, line break or trailing comment; for `key = value` notations both sides. */
	readonly range: TextRange;
	/** `""` for the main list, else the group or extra: `dev`. */
	readonly group: string;
	readonly notation: RequirementNotation;
}

/** A file that says which packages the backend needs. */
export interface Manifest {
	readonly kind: ManifestKind;
	readonly path: string;
	readonly requirements: readonly Requirement[];
	/** Versions that `-c` files and uv's `constraint-dependencies` allow; they bring nothing in themselves. */
	readonly constraints: readonly Requirement[];
	/** `requires-python` or its like as a PEP 440 specifier set, or null. */
	readonly requiresPython: string | null;
	/** Where `requires-python` stands, its value without quotes; null where there is none. */
	readonly requiresPythonRange: TextRange | null;
	/** What could not be understood, with its line (counting from 1). */
	readonly problems: readonly ManifestProblem[];
	/** True for the manifest that an installation for start-up would use. */
	readonly primary: boolean;
	/** The line of a Dockerfile or its like that installs from it (`backend/Dockerfile:7`), or null. */
	readonly installedBy: string | null;
	/** Groups and extras that an installation for start-up takes from it beside the main list; null where it takes nothing at all. */
	readonly startUpGroups: InstalledGroups | null;
	/** Groups and extras that come only to those who ask for them, where nothing in the repository does. */
	readonly optionalGroups: readonly string[];
	/** Why the primary manifest is the primary one, for people: `backend/Dockerfile:7 installs it`. */
	readonly evidence: string;
	/** Its lock file, or null. */
	readonly lock: LockFile | null;
	/** The tool that installs from it. */
	readonly installer: Installer;
	/** The command that installs from it: `pip install -r requirements.txt`, `uv sync`. */
	readonly installCommand: string;
	/** What to run, in order, after the manifest was edited: the lock file's command where there is a lock, then the installation. */
	readonly updateCommands: readonly string[];
}

export interface ManifestProblem {
	readonly path: string;
	readonly line: number;
	readonly message: string;
	/** True where the installing tool refuses the whole file because of it. */
	readonly fatal: boolean;
	/** Path of the file that the line includes and that is not there, if that is the problem. */
	readonly missing?: string;
	/** Is it about the lock file, which only the tool that wrote it reads? */
	readonly inLock?: true;
}

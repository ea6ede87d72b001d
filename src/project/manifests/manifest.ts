import type { TextRange } from "../../text/range.ts";

export type ManifestKind = "requirements" | "pyproject" | "pipfile" | "setup-cfg" | "setup-py" | "conda";

/** One requirement as a manifest states it. */
export interface Requirement {
	/** As written: `psycopg2-binary`. */
	readonly name: string;
	/** PEP 503 normalised. */
	readonly normalized: string;
	readonly extras: readonly string[];
	/** PEP 440 specifier set as written, `>=2.9.9` or `""`. Poetry's carets are translated. */
	readonly specifier: string;
	/** PEP 508 marker text or null. */
	readonly marker: string | null;
	/** URL or path of a direct reference, or null. */
	readonly url: string | null;
	/** The file it stands in (an included `-r` file differs from its manifest's). */
	readonly path: string;
	/** Covers the requirement itself, without its line break or trailing comment. */
	readonly range: TextRange;
	/** `""` for the main list, else the group or extra: `dev`. */
	readonly group: string;
}

/** A file that says which packages the backend needs. */
export interface Manifest {
	readonly kind: ManifestKind;
	readonly path: string;
	readonly requirements: readonly Requirement[];
	/** `requires-python` or its like, or null. */
	readonly requiresPython: string | null;
	/** What could not be understood, with its line (counting from 1). */
	readonly problems: readonly ManifestProblem[];
	/** True for the manifest that an installation for start-up would use. */
	readonly primary: boolean;
	/** The command that installs from it: `pip install -r requirements.txt`, `uv sync`. */
	readonly installCommand: string;
}

export interface ManifestProblem {
	readonly path: string;
	readonly line: number;
	readonly message: string;
}

import type { Environment } from "../environment/environment.ts";
import type * as ast from "../python/ast.ts";
import type { LineIndex } from "../text/line-index.ts";
import type { ImportTrace } from "./imports/trace.ts";
import type { Manifest } from "./manifests/manifest.ts";

/** A text file of the project as it was when the audit began. */
export interface SourceFile {
	/** Relative to the repository root, `/` separated. */
	readonly path: string;
	/** Decoded, without its byte order mark. */
	readonly text: string;
	/** SHA-256 (hex) of the bytes on disk. */
	readonly sha256: string;
	/** True for Python that is no UTF-8 and does not say what else: `text` has one character a byte. */
	readonly undecodable?: true;
	/** The encoding that a byte order mark in front of the text names. */
	readonly mark?: "utf-8" | "utf-16-le" | "utf-16-be";
}

/** A file that is there and could not be read as text. It is named in the report; the rest is audited. */
export interface UnreadableFile {
	readonly path: string;
	/** For people: `not UTF-8 (byte 0xe9 in line 4, at offset 120) and no coding cookie`. */
	readonly reason: string;
	/**
	 * `bytes`: Python would refuse these bytes as source; `access`: it could not be opened; `size`: too large to audit;
	 * `omitted`: one of many that were left out, since the tree is larger than an audit reads.
	 */
	readonly kind: "bytes" | "access" | "size" | "omitted";
}

/** Path → file, relative to the repository root. Files that git ignores are in it too (`.env`), folders like venvs and node_modules are not. */
export type SourceTree = ReadonlyMap<string, SourceFile>;

/** What lies in each folder that was looked into, by the folder's path relative to the root: names of files and folders of every kind. */
export type FolderListings = ReadonlyMap<string, ReadonlySet<string>>;

/** The application that a server is told to start. */
export interface Target {
	/** Dotted module, `src.main`. */
	readonly module: string;
	/** Attribute path, `app`; with `factory` a callable that makes the application. */
	readonly attribute: string;
	readonly factory: boolean;
	/** Where it was read: `Dockerfile:12`, `--target`, `backend/src/main.py builds a FastAPI app`. */
	readonly evidence: string;
}

/** An application that the repository holds. */
export interface Application {
	/** The file that holds it. */
	readonly path: string;
	/** The folder that its module is imported from, relative to the root. */
	readonly backend: string;
	readonly target: Target;
}

/** From where a server is started, and where it looks for modules of the project; folders are relative to the root. */
export interface StartPlace {
	readonly workingDirectory: string;
	/** In the order of `sys.path`. */
	readonly searchPath: readonly string[];
}

/** One Python file of the project under the name by which the target's process would import it. */
export interface Module {
	/** Dotted name, `src.core.database`. */
	readonly name: string;
	readonly path: string;
	/** Is it an `__init__.py`? */
	readonly isPackage: boolean;
	readonly text: string;
	readonly lines: LineIndex;
	readonly tree: ast.Module;
}

/** All that the audit knows, immutable. A changed file means a new Project. */
export interface Project {
	/** Absolute path of the repository root; only for words, never to be opened. */
	readonly root: string;
	/** The folder that the target is imported from, relative to the root (`""` or `backend`): names of modules start there. */
	readonly backend: string;
	/** Where the server is started, relative to the root: mostly the backend's folder, and another one with `--app-dir` or PYTHONPATH. */
	readonly workingDirectory: string;
	/** Own folders on `sys.path` before the standard library, relative to the root. */
	readonly searchPath: readonly string[];
	readonly files: SourceTree;
	readonly unreadable: readonly UnreadableFile[];
	/** Missing where nobody looked: then it is not known what else lies on the disk. */
	readonly listings?: FolderListings;
	/** Null where no application was found. */
	readonly target: Target | null;
	/** Other applications of the repository; none where the target was given. */
	readonly otherApplications: readonly Application[];
	readonly environment: Environment;
	/** Every Python file below the backend, by dotted name; tests and scripts too. */
	readonly modules: ReadonlyMap<string, Module>;
	readonly modulesByPath: ReadonlyMap<string, Module>;
	/** What importing and starting the target does. */
	readonly trace: ImportTrace;
	/** What another target would do; `isAlone` leaves out the modules that it does not reach. Runs the simulation anew. */
	readonly traceFrom: (target: Target, isAlone: boolean) => ImportTrace;
	readonly manifests: readonly Manifest[];
	/** Variables of the process that would start the server, as far as they count (see `--clean-env`). */
	readonly processEnvironment: Readonly<Record<string, string>>;
}

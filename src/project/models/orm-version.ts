import type { Project } from "../project.ts";

/** Version of the SQLAlchemy that is installed, or that the manifests would bring: `[2, 1]`; null where there is none. */
export function sqlalchemyVersion(project: Project): readonly [major: number, minor: number] | null {
	const match = /^(\d+)\.(\d+)/.exec(project.environment.distributions.get("sqlalchemy")?.version ?? "");
	return match === null ? null : [Number(match[1]), Number(match[2])];
}

/** Is SQLAlchemy at least of this version? False where it is not known. */
export function hasSqlalchemy(project: Project, major: number, minor: number): boolean {
	const version = sqlalchemyVersion(project);
	return version !== null && (version[0] > major || (version[0] === major && version[1] >= minor));
}

/** The exception for annotations that SQLAlchemy cannot map, which has a name of its own since 2.1. */
export function annotationError(project: Project): string {
	return hasSqlalchemy(project, 2, 1) ? "sqlalchemy.orm.exc.MappedAnnotationError" : "sqlalchemy.exc.ArgumentError";
}

/** The link that SQLAlchemy puts behind a message: ` (Background on this error at: https://sqlalche.me/e/21/zlpr)`. */
export function backgroundLink(project: Project, code: string): string {
	const version = sqlalchemyVersion(project);
	return version === null ? "" : ` (Background on this error at: https://sqlalche.me/e/${version.join("")}/${code})`;
}

import type { Project } from "../project.ts";
import { isSqlalchemyBefore } from "./sqlalchemy-driver.ts";

/**
 * What SQLAlchemy says where code that is not awaited uses an async driver; null where its version is not known. From 2.1 on it asks for greenlet
 * first, and no longer brings it.
 */
export function missingGreenletError(project: Project): string | null {
	const isOld = isSqlalchemyBefore(project, "2.1.0b1");
	if (isOld === null) return null;
	if (!isOld && project.environment.findModule("greenlet").found === "missing") {
		return "ImportError: The SQLAlchemy asyncio module requires that the Python 'greenlet' library is installed.  In order to ensure this dependency is available, use the 'sqlalchemy[asyncio]' install target:  'pip install sqlalchemy[asyncio]'";
	}
	const version = isOld ? (isSqlalchemyBefore(project, "2.0.0b1") ? "14" : "20") : "21";
	const method = isOld ? "await_only" : "await_";
	return `sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call ${method}() here. Was IO attempted in an unexpected place? (Background on this error at: https://sqlalche.me/e/${version}/xd2s)`;
}

import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { listPassedOnNames } from "../../repair/packages/passed-on-names.ts";
import { listColumnTypes } from "./column-types.ts";
import { listConstructions } from "./construction.ts";
import { listEmailFields } from "./email-fields.ts";
import { listEngineDrivers, listGreenletUses } from "./engine-packages.ts";
import { listFormParameters } from "./form-parameters.ts";
import { listLibraryParts } from "./library-parts.ts";
import { listPasswordHashes } from "./password-hashes.ts";
import { listEnvFileReaders } from "./settings-files.ts";
import { listTortoiseBackends } from "./tortoise-backends.ts";
import { listVersionTestedImports } from "./version-tested-imports.ts";
import { listHttp2Clients, listStarletteParts, listWebSockets } from "./web-packages.ts";

/** Every place that needs a package nothing there imports by name, in the order in which start-up meets them. */
export function listOptionalUses(project: Project): OptionalUse[] {
	const uses = [
		...listGreenletUses(project),
		...listEngineDrivers(project),
		...listEmailFields(project),
		...listFormParameters(project),
		...listStarletteParts(project),
		...listHttp2Clients(project),
		...listWebSockets(project),
		...listConstructions(project),
		...listPasswordHashes(project),
		...listColumnTypes(project),
		...listTortoiseBackends(project),
		...listEnvFileReaders(project),
		...listLibraryParts(project),
		...listPassedOnNames(project),
		...listVersionTestedImports(project),
	];
	const rank = ({ stage, order }: OptionalUse): number =>
		stage === "request" || order === null ? Number.POSITIVE_INFINITY : order;
	return uses.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

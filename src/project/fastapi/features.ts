import type { Environment } from "../../environment/environment.ts";
import { versionSatisfies } from "../../environment/pep440.ts";

/** What the installed FastAPI does, as far as its versions differ; null for each question that the version does not settle. */
export interface FastApiFeatures {
	/** Reads `Annotated[…]` (0.95). */
	readonly annotated: boolean | null;
	/** Takes the return annotation for the response model (0.89). */
	readonly returnModel: boolean | null;
	/** Takes the quoted return annotation `"None"` for no model (0.117). */
	readonly quotedNone: boolean | null;
	/** Makes `Depends` a dataclass, which pydantic then takes for one (0.121). */
	readonly dependsIsDataclass: boolean | null;
	/** Lets `Depends` stand on a parameter of type Request or Response (0.128.2). */
	readonly dependsOnSpecial: boolean | null;
	/** Takes a pydantic model for the query's parameters (0.115). */
	readonly queryModels: boolean | null;
	/** Says which query parameter has an unsupported type (0.128.1). */
	readonly namesQueryParameter: boolean | null;
	/** Takes generators for streams of items (0.134). */
	readonly streams: boolean | null;
	/** Refuses a function where a type belongs: pydantic 2.14 lets older versions pass. */
	readonly refusesFunctions: boolean | null;
	/** Describes `Query` and its like to pydantic in their own signature, over which it stumbles where the function stands for a type (0.154). */
	readonly describesMarkers: boolean | null;
	/** Refuses an object of a model where the model belongs: its class's schema stood for it up to pydantic 2.10. */
	readonly refusesModelObjects: boolean | null;
	/** Keeps included routers, so that routes added to them later are served (0.137). */
	readonly keepsRouters: boolean | null;
}

/** Release notes: https://fastapi.tiangolo.com/release-notes/ */
export function fastApiFeatures(environment: Environment): FastApiFeatures {
	const version = environment.distributions.get("fastapi")?.version;
	const since = (release: string): boolean | null => (version === undefined ? null : versionSatisfies(version, `>=${release}`));
	return {
		annotated: since("0.95.0"),
		returnModel: since("0.89.0"),
		quotedNone: since("0.117.0"),
		dependsIsDataclass: since("0.121.0"),
		dependsOnSpecial: since("0.128.2"),
		queryModels: since("0.115.0"),
		namesQueryParameter: since("0.128.1"),
		streams: since("0.134.0"),
		refusesFunctions: since("0.137.0") === true || isBefore(environment, "pydantic", "2.14") ? true : null,
		describesMarkers: since("0.154.0"),
		refusesModelObjects: environment.distributions.has("pydantic") ? !isBefore(environment, "pydantic", "2.11") : null,
		keepsRouters: since("0.137.0"),
	};
}

function isBefore({ distributions }: Environment, name: string, release: string): boolean {
	const version = distributions.get(name)?.version;
	return version !== undefined && versionSatisfies(version, `<${release}`) === true;
}

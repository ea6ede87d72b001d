import { versionSatisfies } from "../../../../environment/pep440.ts";
import type { Value } from "../../values.ts";
import { failOperation } from "../refused-operations.ts";
import type { LibraryCall } from "./library-call.ts";
import { isSecret } from "./secret-objects.ts";

const builder = /^(?:pydantic\.networks|pydantic_core(?:\._pydantic_core)?)\.(\w+)\.build$/;
/** Types whose URLs may name several hosts, so that `build` takes `host` or `hosts`. */
const ofSeveralHosts = /^(?:PostgresDsn|CockroachDsn|MongoDsn|NatsDsn|MultiHostUrl)$/;
const texts = ["scheme", "username", "password", "host", "path", "query", "fragment"] as const;

/** Notes what `PostgresDsn.build(…)` of pydantic 2 refuses: it converts nothing, so a port has to be a number and everything else a text. */
export function failOnUrlBuilder({ machine, frame, canonical, args, node }: LibraryCall): void {
	const urlType = builder.exec(canonical)?.[1];
	const version = machine.environment.distributions.get("pydantic")?.version;
	if (urlType === undefined || args.open || version === undefined || versionSatisfies(version, ">=2") !== true) return;
	const { keywords } = args;
	const isMulti = ofSeveralHosts.test(urlType);
	const fail = (name: string, message: string): void => {
		// From 2.14 on the argument is named in a line of its own.
		const named = versionSatisfies(version, ">=2.14") === true ? message : `argument '${name}': ${message}`;
		failOperation(machine, frame, node, "TypeError", named);
	};
	if (isMulti && isNone(keywords.get("host") ?? none) && isNone(keywords.get("hosts") ?? none)) {
		failOperation(machine, frame, node, "ValueError", "expected either `host` or `hosts` to be set");
		return;
	}
	const port = keywords.get("port");
	if (port?.kind === "constant" && typeof port.value === "string") {
		fail("port", "'str' object cannot be interpreted as an integer");
		return;
	}
	for (const name of texts) {
		const value = keywords.get(name);
		if (value === undefined) continue;
		const isNeeded = name === "scheme" || (name === "host" && !isMulti);
		const type = otherThanText(value, isNeeded);
		if (type === null) continue;
		const shown = type === "NoneType" ? "'None'" : `'${type}' object`;
		const isNewer = versionSatisfies(version, ">=2.13") === true;
		fail(name, isNewer ? `${shown} is not an instance of 'str'` : `'${type}' object cannot be converted to 'PyString'`);
		return;
	}
}

const none: Value = { kind: "constant", value: null, origin: null };

function isNone(value: Value): boolean {
	return value.kind === "constant" && value.value === null;
}

/** The type of what is certainly no text; null for texts, for a part that may be left out, and for what is not known. */
function otherThanText(value: Value, isNeeded: boolean): "SecretStr" | "NoneType" | "int" | null {
	if (isSecret(value)) return "SecretStr";
	if (value.kind !== "constant") return null;
	if (value.value === null) return isNeeded ? "NoneType" : null;
	return typeof value.value === "number" && Number.isInteger(value.value) ? "int" : null;
}

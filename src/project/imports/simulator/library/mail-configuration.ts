import { versionSatisfies } from "../../../../environment/pep440.ts";
import type { LibraryCall } from "./library-call.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";

/** The fields of fastapi-mail's ConnectionConfig that take no None (fastapi_mail/config.py, 1.1 to 1.6). */
const required = new Set([
	"MAIL_USERNAME",
	"MAIL_PASSWORD",
	"MAIL_PORT",
	"MAIL_SERVER",
	"MAIL_STARTTLS",
	"MAIL_SSL_TLS",
	"MAIL_FROM",
]);

/** Notes each variable that nothing sets where fastapi-mail's configuration needs a value: `ConnectionConfig(MAIL_FROM=os.getenv("MAIL_FROM"))`. */
export function failOnMailConfiguration({ machine, frame, canonical, args, node }: LibraryCall): void {
	if (!/^fastapi_mail\.(?:config\.)?ConnectionConfig$/.test(canonical) || args.open) return;
	const version = machine.environment.distributions.get("fastapi-mail")?.version;
	if (version !== undefined && versionSatisfies(version, ">=1.1") === false) return;
	const unset = [...args.keywords].flatMap(([field, value]) => {
		const variable = required.has(field) ? unsetVariable(value) : null;
		return variable === null ? [] : [{ field, variable }];
	});
	const count = `${unset.length} validation error${unset.length === 1 ? "" : "s"}`;
	// What else it refuses is not counted, so the number is certain only where all others are given as texts and numbers.
	const message = [...args.keywords.values()].every((value) => value.kind === "constant")
		? `${count} for ConnectionConfig`
		: null;
	for (const { field, variable } of unset) {
		const consequence = `ConnectionConfig takes no None for ${field}`;
		const exception = "pydantic_core._pydantic_core.ValidationError";
		failOnUnset(machine, frame, node, { variable, consequence, exception, message });
	}
}

import { fernetPlaceholder } from "../../../settings/fernet-placeholder.ts";
import { unknown } from "../../values.ts";
import { failAt } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { textOfBytes } from "./encoded-texts.ts";
import type { LibraryCall } from "./library-call.ts";
import { isSecret } from "./secret-objects.ts";

/** `Fernet(key)` of cryptography: the key has to be the base64 of 32 bytes (cryptography/fernet.py). */
export function failOnFernetKey({ machine, frame, canonical, args, node }: LibraryCall): void {
	if (canonical !== "cryptography.fernet.Fernet" || args.open) return;
	const given = args.args[0] ?? args.keywords.get("key") ?? unknown;
	const named = given.kind === "constant" && given.value === null ? "NoneType" : isSecret(given) ? "SecretStr" : null;
	if (named !== null) {
		const message = `argument should be a bytes-like object or ASCII string, not '${named}'`;
		failOperation(machine, frame, node, "TypeError", message);
		return;
	}
	const text = given.kind === "constant" ? given : textOfBytes(given);
	if (text === null || typeof text.value !== "string" || isKey(text.value)) return;
	failAt(machine, frame, node, {
		detail: {
			type: "refused-variable",
			key: text.origin?.type === "env-file" || text.origin?.type === "environment" ? text.origin.key : "the key",
			wanted: "the base64 of 32 bytes, as Fernet.generate_key() makes it",
			origin: text.origin,
			better: fernetPlaceholder,
		},
		exception: "ValueError",
		message: "Fernet key must be 32 url-safe base64-encoded bytes.",
	});
}

/** Python's decoder passes over what is no letter of base64, and wants the padding to be whole. */
function isKey(text: string): boolean {
	const letters = text.replaceAll(/[^A-Za-z0-9_+/=-]/g, "");
	return /^[A-Za-z0-9_+/-]{43}=$/.test(letters);
}

import { showLine as gateLine, show as gateText } from "../text/gate.ts";
import { hideSecrets, secretsIn } from "../text/known-secrets.ts";

/** Passes a server's words through the display gate, and masks the values that its environment holds in secret. */
export interface ShownText {
	readonly text: (raw: string) => string;
	readonly line: (raw: string) => string;
}

/**
 * Makes the gate for a server with these variables; of a URL the password is the secret. Where it runs in a copy of the project,
 * what it says of the copy is said of the project, which is the folder that people know.
 */
export function gateFor(
	variables: Iterable<readonly [name: string, value: string]>,
	copy: { readonly path: string; readonly of: string } | null = null,
): ShownText {
	const secrets = secretsIn(variables);
	const hide = (raw: string): string => {
		const named = copy === null ? raw : raw.replaceAll(copy.path, () => copy.of);
		return hideSecrets(named, secrets);
	};
	return { text: (raw) => gateText(hide(raw)), line: (raw) => gateLine(hide(raw)) };
}

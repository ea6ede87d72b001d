import { createRequire } from "node:module";

/** The yaml package, loaded when the first YAML file is read: most backends have none that matters, and need not wait for it. */
export function loadYamlPackage(): typeof import("yaml") {
	return createRequire(import.meta.url)("yaml");
}

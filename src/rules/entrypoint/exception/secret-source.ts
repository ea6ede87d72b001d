import type { Module, Project } from "../../../project/project.ts";

const secretName = /^(app_|session_|jwt_)?(secret(_key)?|session_secret(_key)?)$/i;

/** How a module can read the project's own secret: `SECRET_KEY`, `settings.SECRET_KEY`; null where it has none at hand. */
export function findSecret(project: Project, module: Module): string | null {
	const names = project.trace.runs.get(module.name)?.namespace.names;
	for (const [name, { value, maybe }] of names ?? []) {
		if (maybe) continue;
		if (secretName.test(name) && (value.kind === "unknown" || (value.kind === "constant" && typeof value.value === "string")))
			return name;
		if (value.kind !== "instance" || value.of.kind !== "class") continue;
		for (const attribute of value.attributes.keys()) if (secretName.test(attribute)) return `${name}.${attribute}`;
	}
	return null;
}

import { listEngineCalls } from "../project/database/engine-calls.ts";
import type { Project } from "../project/project.ts";
import { showLine } from "../text/gate.ts";
import { readDatabaseSettings } from "./database-settings.ts";

/** The databases that a project is configured with, as URLs whose passwords are masked; empty where none is known. */
export function configuredDatabases(project: Project): readonly string[] {
	const { urls, addresses, variables } = readDatabaseSettings(project);
	const texts = [...listEngineCalls(project).map(({ text }) => text), ...urls.map(({ text }) => text)];
	const hosts = addresses.flatMap(({ host, port }) => {
		const name = variables.get(host);
		if (name === undefined || texts.some((text) => text.includes(name))) return [];
		return [[name, variables.get(port)].filter((part) => part !== undefined).join(":")];
	});
	return [...new Set([...texts, ...hosts].map((text) => showLine(text)))];
}

import type { Project } from "../project.ts";

/** The file of Alembic that makes a sync engine from a setting of this name, or null. Asked of its text: migrations are not part of start-up. */
export function isSettingNamedIn(project: Project, key: string): string | null {
	const word = new RegExp(`\\b${key}\\b`, "i");
	for (const module of project.modules.values()) {
		if (!/(^|\/)env\.py$/.test(module.path) || !/\bcontext\.configure\(/.test(module.text)) continue;
		if (/\basync_engine_from_config\b|\bcreate_async_engine\b/.test(module.text)) continue;
		if (word.test(module.text)) return module.path;
	}
	return null;
}

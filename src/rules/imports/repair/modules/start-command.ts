import type { Project, Target } from "../../../../project/project.ts";
import type { TextRange } from "../../../../text/range.ts";

/** Where a start command names the first part of the target's module, or null where none does. */
export function spelledTarget(
	project: Project,
	{ module, attribute, evidence }: Target,
): { readonly path: string; readonly range: TextRange } | null {
	const path = evidence.replace(/:\d+$/, "");
	const start = project.files.get(path)?.text.indexOf(`${module}:${attribute}`) ?? -1;
	const [top = ""] = module.split(".");
	return start < 0 ? null : { path, range: { start, end: start + top.length } };
}

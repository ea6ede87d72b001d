import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `import_module(".users")`: says what it is relative to, or leaves the dot out where the module is found without it. */
export function relativeImportByName(project: Project, module: Module, range: TextRange, error: string): FixProposal | undefined {
	const name = /relative import for '\.([\w.]+)'$/.exec(error)?.[1];
	const call = nodeAt(module.tree, range, "Call");
	if (name === undefined || call === undefined || call.keywords.length > 0 || call.args.length !== 1) return undefined;
	const around = module.isPackage ? module.name : module.name.slice(0, Math.max(0, module.name.lastIndexOf(".")));
	if (around !== "" && project.modules.has(`${around}.${name}`))
		return {
			title: "Say the package that the name is relative to",
			explanation: `A name that begins with a dot is looked for in a package; __package__ is the one of this file, ${around}.`,
			applicability: "safe",
			edits: [addArgument(module, call, "package=__package__")],
		};
	const [written] = call.args;
	const isPlain = written?.type === "Constant" || written?.type === "JoinedString";
	const dot = written === undefined ? -1 : module.text.indexOf(".", written.start);
	const isKnown = project.modules.has(name) || project.environment.findModule(name).found === "present";
	const isFirst = written !== undefined && /^f?["']{1,3}$/i.test(module.text.slice(written.start, dot));
	if (!isPlain || !isKnown || !isFirst) return undefined;
	return {
		title: `Import ${name} without the dot`,
		explanation: `${name} is found from where the server starts; a dot in front makes a name relative to a package.`,
		applicability: "safe",
		edits: [replaceText(module, dot, dot + 1, "")],
	};
}

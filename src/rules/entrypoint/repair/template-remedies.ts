import type { FixProposal } from "../../../audit/fix.ts";
import { pathInRepository } from "../../../project/disk.ts";
import type { TemplateFault } from "../../../project/fastapi/template-faults.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** The change after which the page can be made; undefined where none is certain. */
export function templateRemedy(fault: TemplateFault, project: Project): FixProposal | undefined {
	switch (fault.type) {
		case "old-form":
			return passTheRequest(fault);
		case "new-form":
			return passTheName(fault);
		case "missing":
			return nameTheTemplate(fault, project);
	}
}

/** `TemplateResponse("page.html", {"request": request})` → `TemplateResponse(request, "page.html", {"request": request})`. */
function passTheRequest({ module, owner, call }: TemplateFault): FixProposal | undefined {
	const request = requestOf(call, owner);
	if (request === null) return undefined;
	const code = module.text.slice(request.start, request.end);
	const [first] = call.args;
	return {
		title: `Pass ${code} in front`,
		explanation: "Starlette puts the request into the context by itself. This form works from 0.29 on.",
		applicability: "safe",
		edits: [
			first === undefined
				? addArgument(module, call, `request=${code}`)
				: replaceText(module, first.start, first.start, `${code}, `),
		],
	};
}

/** Where the request is: in the context, or a parameter of the route. */
function requestOf(call: ast.Call, owner: ast.FunctionDef): ast.Expression | ast.Identifier | null {
	const context = contextOf(call);
	if (context?.type === "Dict") {
		const entry = context.entries.find(({ key }) => key?.type === "Constant" && key.value === "request");
		if (entry !== undefined) return entry.value;
	}
	return requestParameter(owner);
}

function contextOf(call: ast.Call): ast.Expression | undefined {
	return call.keywords.find(({ name }) => name?.name === "context")?.value ?? call.args.find(({ type }) => type === "Dict");
}

function requestParameter(owner: ast.FunctionDef): ast.Identifier | null {
	const found = owner.parameters.find(({ annotation }) => {
		const name = annotation?.type === "Attribute" ? annotation.attribute.name : annotation?.type === "Name" ? annotation.id : "";
		return name === "Request";
	});
	return found?.name ?? null;
}

/** `TemplateResponse(request, "page.html", {…})` → `TemplateResponse("page.html", {"request": request, …})`. */
function passTheName({ module, owner, call }: TemplateFault): FixProposal | undefined {
	const keyword = call.keywords.find(({ name }) => name?.name === "request");
	const request = keyword?.value ?? call.args[0] ?? null;
	const named = call.keywords.find(({ name }) => name?.name === "name")?.value ?? call.args.find((each) => each !== request);
	const context = contextOf(call);
	const known = [request, named, context].filter((each) => each !== undefined && each !== null).length;
	if (request === null || named === undefined || named === context || call.args.length + call.keywords.length !== known)
		return undefined;
	if (context !== undefined && context.type !== "Dict") return undefined;
	const source = (node: ast.Expression): string => module.text.slice(node.start, node.end);
	const rest = context === undefined ? "" : source(context).slice(1, -1).trim();
	const entries = [`"request": ${source(request)}`, ...(rest === "" ? [] : [rest])].join(", ");
	return {
		title: "Put the request into the context",
		explanation: `The installed Starlette takes the name first; ${owner.name.name} can use the newer form from 0.29 on.`,
		applicability: "safe",
		edits: [replaceText(module, call.argumentsRange.start, call.argumentsRange.end, `(${source(named)}, {${entries}})`)],
	};
}

/** The only template of a like name in the folder, or of the same name in a folder below. */
function nameTheTemplate({ module, template }: TemplateFault, project: Project): FixProposal | undefined {
	if (template === null || template.node.content === null) return undefined;
	const folder = pathInRepository(project, template.folder);
	if (folder === null) return undefined;
	const names = templatesBelow(project, folder === "" ? "" : `${folder}/`);
	const last = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
	const stem = (path: string): string => last(path).replace(/\.\w+$/, "");
	const same = names.filter((each) => last(each) === last(template.name));
	const near = names.filter((each) => stem(each) === stem(template.name) || isSimilarName(stem(each), stem(template.name)));
	const [meant, ...others] = same.length > 0 ? same : near.length > 0 ? near : names;
	if (meant === undefined || others.length > 0) return undefined;
	const { start, end } = template.node.content;
	return {
		title: `Name the template ${meant}`,
		explanation: `${meant} is in the folder; ${template.name} is not.`,
		applicability: "review",
		edits: [replaceText(module, start, end, meant)],
	};
}

/** Paths of the files below a folder, relative to it. */
function templatesBelow(project: Project, folder: string): readonly string[] {
	const found: string[] = [];
	for (const [each, names] of project.listings ?? []) {
		const below = each === "" ? "" : `${each}/`;
		if (!below.startsWith(folder)) continue;
		for (const name of names)
			if (name.includes(".") && project.listings?.has(`${below}${name}`) !== true)
				found.push(`${below}${name}`.slice(folder.length));
	}
	return found;
}

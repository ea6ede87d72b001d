import { defineRule } from "../../audit/rule.ts";
import { boundName } from "../../python/rewrite/names.ts";
import { importsOf } from "../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { renameWhatHides } from "../repair/names/hidden-import.ts";
import { failureAt, failuresOf } from "../repair/trial/import-failures.ts";

interface Evidence {
	readonly functionName: string;
	readonly attribute: string;
	/** How the expression stands in the file: `get_settings.database_url`. */
	readonly written: string;
	/** True where the function needs no arguments, so that a pair of parentheses is all that lacks. */
	readonly isCallable: boolean;
	/** True where the file imports something else by that name, which the function hides. */
	readonly hidesImport: boolean;
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const example = (read: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	"main.py": `from functools import lru_cache

from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "Example"


@lru_cache
def get_settings() -> Settings:
    return Settings()


app = FastAPI(title=${read}.title)
`,
});

export default defineRule<Evidence>({
	name: "uncalled-function",
	category: "CONFIG",
	summary: "An attribute of a function is read, where one of its result is meant",
	story:
		"The settings come from a function such as get_settings(), and one place forgets the parentheses. Python looks for the attribute on the function, and the server stops there.",
	references: ["https://fastapi.tiangolo.com/advanced/settings/#creating-the-settings-only-once-with-lru_cache"],
	example: { before: example("get_settings"), after: example("get_settings()") },

	*detect(project) {
		for (const { detail, module, range, error, stage, order } of failuresOf(project, "uncalled-function")) {
			const { node } = detail.function;
			const functionName = node.type === "FunctionDef" ? node.name.name : "lambda";
			yield {
				subject: `${module.name}:${functionName}.${detail.name}`,
				path: module.path,
				range,
				evidence: {
					functionName,
					attribute: detail.name,
					written: module.text.slice(range.start, range.end),
					isCallable: node.parameters
						.slice(detail.isMethod ? 1 : 0)
						.every((parameter) => parameter.default !== null || parameter.kind.startsWith("var-")),
					hidesImport: importsOf(module.tree).some((each) => each.names.some((alias) => boundName(each, alias) === functionName)),
					error,
					stage,
					order,
				},
			};
		}
	},

	describe({ evidence }) {
		const { functionName, attribute, hidesImport, error, stage, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: hidesImport
				? `The function ${functionName} hides the import of that name`
				: `${functionName} is not called before its ${attribute} is read`,
			rootCause: hidesImport
				? `${functionName} is a function by this line; ${attribute} belongs to what was imported as ${functionName}.`
				: `${functionName} is a function; ${attribute} belongs to what it returns.`,
			expectedError: error,
			order,
			manualSteps: [hidesImport ? "Give the function another name." : `Call ${functionName} with the arguments that it needs.`],
		};
	},

	fix({ evidence, path, range }, project) {
		const failure = failureAt(project, "uncalled-function", path, range.start);
		const hidden = failure === null ? undefined : renameWhatHides(project, failure);
		if (hidden !== undefined) return hidden;
		if (failure === null || !evidence.isCallable) return undefined;
		const { written, attribute, functionName } = evidence;
		const dot = written.length - attribute.length - 1;
		if (written[dot] !== "." || !written.endsWith(attribute)) return undefined;
		const at = range.start + dot;
		return {
			title: `Call ${functionName}`,
			explanation: `${functionName}() gives the object that has ${attribute}.`,
			applicability: "safe",
			edits: [replaceText(failure.module, at, at, "()")],
		};
	},
});

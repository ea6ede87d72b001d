import { pathInRepository } from "./disk.ts";
import type { Call } from "./imports/trace.ts";
import type { Value } from "./imports/values.ts";
import { pathText } from "./path-values.ts";
import type { Project } from "./project.ts";

/** The file that a call of a package reads at once. */
export interface FileRead {
	readonly value: Value;
	/** Does the package say in words of its own that the file is not there, and not as `open` does? */
	readonly hasOwnWords: boolean;
}

/** Functions that open the file named by their first argument, with the name of that argument; all were called for a file that is not there. */
const readers: Readonly<Record<string, string>> = {
	"joblib.load": "filename",
	"numpy.load": "file",
	"pandas.read_csv": "filepath_or_buffer",
	"pandas.read_excel": "io",
	"pandas.read_json": "path_or_buf",
	"pandas.read_parquet": "path",
	"pandas.read_pickle": "filepath_or_buffer",
	"torch.load": "f",
	"onnxruntime.InferenceSession": "path_or_bytes",
	"openpyxl.load_workbook": "filename",
	"PIL.Image.open": "fp",
	"toml.load": "f",
	"firebase_admin.credentials.Certificate": "cert",
	"google.oauth2.service_account.Credentials.from_service_account_file": "filename",
};

/** pandas asks other packages for some of its formats, and words of it differ by version. */
const ownWords = new Set(["pandas.read_json", "pandas.read_parquet", "onnxruntime.InferenceSession"]);

/** The file that such a function reads; null for all other calls, and for an address of the web. */
export function fileRead({ callee, args, keywords, open }: Call): FileRead | null {
	if (open || callee.kind !== "external") return null;
	const keyword = Object.hasOwn(readers, callee.name) ? readers[callee.name] : undefined;
	const value = keyword === undefined ? undefined : (args[0] ?? keywords.get(keyword));
	if (value === undefined || /:\/\//.test(pathText(value) ?? "")) return null;
	// A text that names no file may be the data itself.
	if (callee.name === "pandas.read_json" && /^\s*[[{]/.test(pathText(value) ?? "")) return null;
	return { value, hasOwnWords: ownWords.has(callee.name) };
}

/** Is the path handed to something else before, which may make the file: a download, a training, `joblib.dump`? */
export function mayBeWrittenBefore(project: Project, call: Call, path: string): boolean {
	const names = (value: Value) => {
		const text = pathText(value);
		return text !== null && text !== "" && pathInRepository(project, text) === path;
	};
	return project.trace.calls.some((each) => {
		if (each.order >= call.order || each === call || onlyLooks(each)) return false;
		return [...each.args, ...each.keywords.values()].some(names);
	});
}

/** Calls that put a path together, or ask whether something is there. */
function onlyLooks({ callee }: Call): boolean {
	if (callee.kind === "bound-method")
		return /^(exists|is_file|is_dir|joinpath|resolve|absolute|info|debug|warning)$/.test(callee.name);
	if (callee.kind !== "external") return false;
	return (
		Object.hasOwn(readers, callee.name) ||
		/^(?:os\.path|posixpath|ntpath|pathlib|genericpath)\.|^builtins\.(?:print|str|open)$|^os\.fspath$/.test(callee.canonical)
	);
}

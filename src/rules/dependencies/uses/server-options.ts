/** An option of a start command that works with a package which the server itself does not bring. */
export interface OptionNeed {
	/** `--loop uvloop`, as a person would type it. */
	readonly option: string;
	/** PEP 503 name of the package. */
	readonly distribution: string;
	/** The line that Python prints. */
	readonly error: string;
}

const yamlError = "ImportError: Install the PyYAML package or uvicorn[standard] to use `--log-config` with YAML files.";

/** Options of uvicorn, with the package that each imports when the server starts (uvicorn/config.py). */
const uvicornOptions: readonly (readonly [pattern: RegExp, distribution: string, error: string])[] = [
	[/--(loop)["',=\s]{1,4}(uvloop)\b/, "uvloop", "ModuleNotFoundError: No module named 'uvloop'"],
	[/--(http)["',=\s]{1,4}(httptools)\b/, "httptools", "ModuleNotFoundError: No module named 'httptools'"],
	[/--(ws)["',=\s]{1,4}(websockets(?:-sansio)?)\b/, "websockets", "ModuleNotFoundError: No module named 'websockets'"],
	[/--(ws)["',=\s]{1,4}(wsproto)\b/, "wsproto", "ModuleNotFoundError: No module named 'wsproto'"],
	[/--(log-config)["',=\s]{1,4}([\w./-]{1,200}\.ya?ml)\b/, "pyyaml", yamlError],
	[/--(env-file)["',=\s]{1,4}([\w./-]{1,200})/, "python-dotenv", "ModuleNotFoundError: No module named 'dotenv'"],
];

/** What the options of a server's command need beside the server. */
export function optionNeeds(server: string, command: string): readonly OptionNeed[] {
	if (server !== "uvicorn") return [];
	return uvicornOptions.flatMap(([pattern, distribution, error]) => {
		const [, option, value] = pattern.exec(command) ?? [];
		return option === undefined ? [] : [{ option: `--${option} ${value}`, distribution, error }];
	});
}

import type { ProcessIo } from "./io.ts";

/** Variables without which hardly any process works; they count even where the shell's others are ignored. */
const needed = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "SHELL", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "TZ"];

/** The part of this shell's environment that a server gets in any case. */
export function serverBase(io: ProcessIo): Readonly<Record<string, string>> {
	return Object.fromEntries(
		needed.flatMap((name) => {
			const value = io.env[name];
			return value === undefined ? [] : [[name, value]];
		}),
	);
}

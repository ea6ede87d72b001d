import { spawnSync } from "node:child_process";

/**
 * Gives a file the extended attributes (xattr(7)) and the access control list of another. Node has no call for them; on Linux cp(1) of
 * GNU coreutils does it, and where that is missing, or the platform is another, they are not kept. Throws an error with the code
 * `EXATTR` where there are some that may not be given to the copy.
 */
export function copyExtendedAttributes(from: string, to: string): void {
	if (process.platform !== "linux") return;
	const { status, stderr } = spawnSync("cp", ["--attributes-only", "--preserve=mode,xattr", "--", from, to], {
		encoding: "utf8",
		env: { PATH: process.env.PATH, LC_ALL: "C" },
		stdio: ["ignore", "ignore", "pipe"],
	});
	// Null: there is no such program. Other implementations of cp do not know the options.
	if (status === 0 || status === null || /option|without xattr support/.test(stderr)) return;
	throw Object.assign(new Error(stderr.trim()), { code: "EXATTR" });
}

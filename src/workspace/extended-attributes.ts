import { spawnSync } from "node:child_process";

/**
 * Gives a file the extended attributes (xattr(7)) and the access control list of another. Node has no call for them, so cp(1) does it:
 * that of GNU coreutils on Linux, that of the system on macOS, which overwrites the content of `to` as well. Where a Linux has another
 * cp, and on other platforms, they are not kept. Throws an error with the code `EXATTR` where there are some that may not be given to
 * the copy.
 */
export function copyExtendedAttributes(from: string, to: string): void {
	const options = copyOptions[process.platform];
	if (options === undefined) return;
	const { status, stderr } = spawnSync("cp", [...options, "--", from, to], {
		encoding: "utf8",
		env: { PATH: process.env.PATH, LC_ALL: "C" },
		stdio: ["ignore", "ignore", "pipe"],
	});
	// Null: there is no such program. Other implementations of cp do not know the options.
	if (status === 0 || status === null || /option|without xattr support/.test(stderr)) return;
	throw Object.assign(new Error(stderr.trim()), { code: "EXATTR" });
}

const copyOptions: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
	linux: ["--attributes-only", "--preserve=mode,xattr"],
	darwin: ["-p"],
};

import packageJson from "../../package.json" with { type: "json" };

/** Version of bootmend, as its package says. */
export const version: string = packageJson.version;

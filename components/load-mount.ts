/** Loads the part of the wizard that needs Ink. In the built program, whose one file cannot hold Ink, the build puts another way to load it here. */
export function loadMount(): Promise<typeof import("./mount.tsx")> {
	return import("./mount.tsx");
}

/** Where the lack of a package shows: here already, on a clean install, or as soon as anything is installed. */
export function placeInWords(missingHere: boolean, isEmpty: boolean): string {
	if (missingHere) return "It is not installed here.";
	if (isEmpty) return "Nothing is installed for this project here yet, and installing what is declared will not bring it.";
	return "It happens to be installed here, so only a clean install shows it.";
}

/** On which machines the lack of a package stops the backend. */
export function lackFailsOn(
	missingHere: boolean,
	isEmpty: boolean,
	missingAfterInstall: boolean,
): ("this-machine" | "clean-install")[] {
	const onThis = missingHere || (isEmpty && missingAfterInstall);
	return [...(onThis ? (["this-machine"] as const) : []), ...(missingAfterInstall ? (["clean-install"] as const) : [])];
}

/** What a person does by hand where no manifest could declare the package. */
export function stepsWithoutManifest(manifest: string | null, distribution: string): string[] {
	if (manifest !== null) return [];
	return [`Install it (pip install ${distribution}), and write it in a requirements.txt with the other packages.`];
}

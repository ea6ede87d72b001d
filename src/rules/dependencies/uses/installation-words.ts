/** Where the lack of a package shows: here already, on a clean install, or as soon as anything is installed. */
export function placeInWords(missingHere: boolean, isEmpty: boolean): string {
	if (missingHere) return "It is not installed here.";
	if (isEmpty) return "Nothing is installed for this project here yet, and installing what is declared will not bring it.";
	return "It happens to be installed here, so only a clean install shows it.";
}
